/** Kindred's own rules: prose lives in messages/, colours in tokens.css. */

const LETTERS = /\p{L}{2,}/u;
const SPOKEN_ATTRIBUTES = new Set(["title", "aria-label", "aria-description", "placeholder", "alt", "label"]);
// Hex colours and colour functions with figures in them; `{#if` and `url(#id)` have no hex after the sign.
const COLOUR =
  /#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![\w-])|\b(?:rgba?|hsla?|hwb|oklch|oklab|lab|lch)\(\s*[\d.]/gi;
const NAMED_COLOUR =
  /(?:^|[;{\s])(?:color|background(?:-color)?|fill|stroke|border(?:-[a-z]+)?|outline)\s*:[^;{}]*\b(?:white|black|red|green|blue|gr[ae]y|yellow|orange|purple)\b/gi;

const noProse = {
  meta: { type: "problem", docs: { description: "every visible string comes from messages/" }, schema: [] },
  create(context) {
    const report = (node, text) => {
      context.report({ node, message: `"${text.trim().slice(0, 40)}" belongs in messages/en.json.` });
    };
    return {
      SvelteText(node) {
        const isCode =
          node.parent.type === "SvelteStyleElement" || node.parent.type === "SvelteScriptElement";
        if (!isCode && LETTERS.test(node.value)) report(node, node.value);
      },
      SvelteAttribute(node) {
        if (!SPOKEN_ATTRIBUTES.has(node.key.name)) return;
        for (const part of node.value) {
          if (part.type === "SvelteLiteral" && LETTERS.test(part.value)) report(node, part.value);
          if (part.type !== "SvelteMustacheTag") continue;
          const { expression } = part;
          const isText = expression.type === "Literal" && typeof expression.value === "string";
          if (isText && LETTERS.test(expression.value)) report(node, expression.value);
        }
      },
      "SvelteMustacheTag > Literal"(node) {
        const isContent = node.parent.parent.type !== "SvelteAttribute";
        if (isContent && typeof node.value === "string" && LETTERS.test(node.value)) report(node, node.value);
      },
    };
  },
};

const noColourLiterals = {
  meta: { type: "problem", docs: { description: "colours live in tokens.css only" }, schema: [] },
  create(context) {
    return {
      Program() {
        const { text } = context.sourceCode;
        const styles = /<style[^>]*>[\s\S]*?<\/style>/g;
        const found = [...text.matchAll(COLOUR)];
        for (const style of text.matchAll(styles)) {
          for (const match of style[0].matchAll(NAMED_COLOUR))
            found.push({ 0: match[0], index: style.index + match.index });
        }
        for (const match of found) {
          context.report({
            loc: context.sourceCode.getLocFromIndex(match.index),
            message: `"${match[0].trim()}" is a colour: use a token of tokens.css.`,
          });
        }
      },
    };
  },
};

export default { rules: { "no-prose": noProse, "no-colour-literals": noColourLiterals } };
