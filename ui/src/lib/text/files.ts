/** Names of files that every system takes. */

// What Windows forbids; the others forbid less. Besides, letters that turn the direction of a name round can make it look like another one.
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 100;

/** "Shopping words.csv" of a name as a person gave it. */
export function fileNameOf(name: string, ending: string): string {
  const letters = [...name.replace(FORBIDDEN, " ").replace(/\s+/g, " ").trim()];
  const short = letters
    .slice(0, LONGEST)
    .join("")
    // Windows drops them by itself, and a leading dot hides a file elsewhere.
    .replace(/^[. ]+|[. ]+$/g, "");
  return `${short === "" || RESERVED.test(short) ? `Kindred ${short}`.trim() : short}.${ending}`;
}
