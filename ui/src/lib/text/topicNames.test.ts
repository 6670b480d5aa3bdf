import { describe, expect, it } from "vitest";
import { parseTopicNames, writeTopicNames } from "./topicNames";

/** `name` or `name(example|example)` for each topic. */
function shown(text: string): string[] {
  return parseTopicNames(text).topics.map(({ name, examples }) =>
    examples.length === 0 ? name : `${name}(${examples.join("|")})`,
  );
}

describe("typed topics", () => {
  const cases: [what: string, text: string, expected: string[]][] = [
    ["nothing", "", []],
    ["blank lines only", " \n\n\t\n", []],
    ["one a line", "fruit\ncountry\ncompany", ["fruit", "country", "company"]],
    ["lines of any system", "fruit\r\ncountry\rcompany", ["fruit", "country", "company"]],
    ["commas between", "fruit, country,company", ["fruit", "country", "company"]],
    ["a row pasted from a spreadsheet", "fruit\tcountry\tcompany", ["fruit", "country", "company"]],
    ["a pasted list with bullets", "- fruit\n* country\n\u2022 company", ["fruit", "country", "company"]],
    ["a hyphen inside a name", "non-food\n-ing words", ["non-food", "-ing words"]],
    ["examples after a colon", "fruit: apple, pear\ncountry", ["fruit(apple|pear)", "country"]],
    ["examples of the last name of a line", "country, fruit: apple", ["country", "fruit(apple)"]],
    ["a colon with nothing after it", "fruit:\ncountry", ["fruit", "country"]],
    ["a second colon belongs to the examples", "times: 10:30, 11:15", ["times(10:30|11:15)"]],
    ["spaces around and inside", "  fruit  :  red   apple ,, pear ", ["fruit(red apple|pear)"]],
    ["the same name twice", "fruit: apple\nFruit: pear\n FRUIT ", ["fruit(apple|pear)"]],
    ["the same example twice", "fruit: apple, Apple", ["fruit(apple)"]],
    [
      "an example of two topics counts for the first",
      "fruit: apple\ncompany: apple, IBM",
      ["fruit(apple)", "company(IBM)"],
    ],
    [
      "names in quotes",
      '"nuts, bolts": "M6, long", M8\n"time: past"',
      ["nuts, bolts(M6, long|M8)", "time: past"],
    ],
    ["an inch is no quote", 'screens of 5", cables', ['screens of 5"', "cables"]],
    ["a quote that nothing closes", '"fruit, country', ['"fruit', "country"]],
    ["a comma at the end", "fruit,\ncountry,", ["fruit", "country"]],
  ];
  for (const [what, text, expected] of cases) {
    it(`are read: ${what}`, () => {
      expect(shown(text)).toEqual(expected);
    });
  }

  it("tell what is doubled, contested or missing", () => {
    const typed = parseTopicNames("fruit, , country\n: apple\nFruit: fig\ncompany: fig\ncountry");
    expect(typed.repeated).toEqual(["fruit", "country"]);
    expect(typed.contested).toEqual(["fig"]);
    expect(typed.nameless, "between two commas and before a colon").toBe(2);
    expect(parseTopicNames("fruit,").nameless, "a comma at the end is no mistake").toBe(0);
  });

  it("come back as they were written", () => {
    const names = ["fruit", "nuts, bolts", "time: past", 'screens of 5"', "- dash", "caf\u00e9"];
    expect(parseTopicNames(writeTopicNames(names)).topics.map(({ name }) => name)).toEqual(names);
  });
});
