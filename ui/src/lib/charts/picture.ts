/**
 * A chart as a picture to keep: marks with plain colours and pixels, a title, a legend and a footer,
 * written as SVG. Knows nothing of where the marks come from.
 */
import { SHAPES, SHAPE_UNITS } from "./shapes";

export type Mark =
  | {
      kind: "circle";
      x: number;
      y: number;
      radius: number;
      fill?: string;
      stroke?: string;
      strokeWidth?: number;
      opacity?: number;
    }
  /** A topic's shape, `size` across, its middle at x and y. */
  | { kind: "shape"; x: number; y: number; size: number; shape: number; fill: string; opacity?: number }
  | { kind: "rectangle"; x: number; y: number; width: number; height: number; fill: string; opacity?: number }
  | { kind: "line"; x1: number; y1: number; x2: number; y2: number; stroke: string; strokeWidth: number }
  /** Its middle at y; `halo` is the colour behind the letters. */
  | {
      kind: "text";
      x: number;
      y: number;
      text: string;
      size: number;
      fill: string;
      weight?: number;
      anchor?: "start" | "middle" | "end";
      halo?: string;
      /** Reads upwards from its place. */
      isUpright?: boolean;
    }
  /** A part that is pixels already, as a data address. */
  | { kind: "image"; x: number; y: number; width: number; height: number; href: string };

export interface LegendEntry {
  name: string;
  fill: string;
  shape: number;
}

/** What is drawn, from 0 to `width` and `height`. */
export interface Scene {
  width: number;
  height: number;
  marks: readonly Mark[];
  title: string;
  legend: readonly LegendEntry[];
  footer: string;
  font: string;
  colours: { paper: string; ink: string; muted: string };
}

const PAD_PX = 20;
const TITLE_PX = 18;
const TITLE_ROW_PX = 34;
const LEGEND_PX = 13;
const LEGEND_ROW_PX = 22;
const LEGEND_MARK_PX = 11;
const FOOTER_PX = 12;
const FOOTER_ROW_PX = 26;
const MOST_LEGEND_LETTERS = 28;
/** Letters of a usual sans-serif are about so wide for their size. */
const LETTER_SHARE = 0.58;

export interface Framed {
  width: number;
  height: number;
  svg: string;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Also drops control characters, which XML cannot hold. */
export function escaped(text: string): string {
  return text.replace(/\p{Cc}/gu, " ").replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? "");
}

const px = (value: number): string => String(Math.round(value * 100) / 100);

type Value = string | number | undefined;

function element(name: string, attributes: Record<string, Value>, inside?: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}="${typeof value === "number" ? px(value) : escaped(String(value))}"`)
    .join(" ");
  return inside === undefined ? `<${name} ${written}/>` : `<${name} ${written}>${inside}</${name}>`;
}

export function markToSvg(mark: Mark, font: string): string {
  switch (mark.kind) {
    case "circle":
      return element("circle", {
        cx: mark.x,
        cy: mark.y,
        r: mark.radius,
        fill: mark.fill ?? "none",
        stroke: mark.stroke,
        "stroke-width": mark.strokeWidth,
        opacity: mark.opacity,
      });
    case "shape": {
      const scale = px((mark.size / SHAPE_UNITS) * 1000);
      const [x, y] = [px(mark.x - mark.size / 2), px(mark.y - mark.size / 2)];
      return element("path", {
        d: SHAPES[mark.shape] ?? SHAPES[0],
        transform: `translate(${x} ${y}) scale(${px(Number(scale) / 1000)})`,
        fill: mark.fill,
        opacity: mark.opacity,
      });
    }
    case "rectangle":
      return element("rect", {
        x: mark.x,
        y: mark.y,
        width: mark.width,
        height: mark.height,
        fill: mark.fill,
        opacity: mark.opacity,
      });
    case "line":
      return element("line", {
        x1: mark.x1,
        y1: mark.y1,
        x2: mark.x2,
        y2: mark.y2,
        stroke: mark.stroke,
        "stroke-width": mark.strokeWidth,
      });
    case "text":
      return element(
        "text",
        {
          x: mark.x,
          // Not every program knows dominant-baseline; a third of the size is the middle of the letters.
          y: mark.y + mark.size * 0.35,
          transform: mark.isUpright === true ? `rotate(-90 ${px(mark.x)} ${px(mark.y)})` : undefined,
          "font-family": font,
          "font-size": mark.size,
          "font-weight": mark.weight,
          "text-anchor": mark.anchor,
          fill: mark.fill,
          ...(mark.halo === undefined
            ? {}
            : { stroke: mark.halo, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" }),
        },
        escaped(mark.text),
      );
    case "image":
      return element("image", {
        x: mark.x,
        y: mark.y,
        width: mark.width,
        height: mark.height,
        href: mark.href,
        preserveAspectRatio: "none",
      });
  }
}

const shortened = (name: string): string =>
  name.length > MOST_LEGEND_LETTERS ? `${name.slice(0, MOST_LEGEND_LETTERS - 1)}\u2026` : name;

/** Legend entries in rows, as many next to each other as fit. */
function legendMarks(scene: Scene, top: number): { marks: Mark[]; height: number } {
  const { legend, colours, width } = scene;
  const marks: Mark[] = [];
  let [x, row] = [0, 0];
  for (const { name, fill, shape } of legend) {
    const text = shortened(name);
    const room = LEGEND_MARK_PX + 7 + text.length * LEGEND_PX * LETTER_SHARE + 18;
    if (x > 0 && x + room > width) [x, row] = [0, row + 1];
    const y = top + row * LEGEND_ROW_PX + LEGEND_ROW_PX / 2;
    marks.push(
      { kind: "shape", x: PAD_PX + x + LEGEND_MARK_PX / 2, y, size: LEGEND_MARK_PX, shape, fill },
      { kind: "text", x: PAD_PX + x + LEGEND_MARK_PX + 7, y, text, size: LEGEND_PX, fill: colours.ink },
    );
    x += room;
  }
  return { marks, height: legend.length === 0 ? 0 : (row + 1) * LEGEND_ROW_PX + 8 };
}

/** The whole picture: title above, legend and footer below. */
export function sceneToSvg(scene: Scene): Framed {
  const { colours, font } = scene;
  const top = PAD_PX + (scene.title === "" ? 0 : TITLE_ROW_PX);
  // A small chart must not cut off what is said above and below it.
  const inner = Math.max(
    scene.width,
    scene.title.length * TITLE_PX * LETTER_SHARE,
    scene.footer.length * FOOTER_PX * LETTER_SHARE,
  );
  const legend = legendMarks({ ...scene, width: inner }, top + scene.height + 10);
  const footerTop = top + scene.height + 10 + legend.height;
  const width = Math.round(inner + 2 * PAD_PX);
  const height = Math.round(footerTop + (scene.footer === "" ? 0 : FOOTER_ROW_PX) + PAD_PX / 2);
  const around: Mark[] = [
    { kind: "rectangle", x: 0, y: 0, width, height, fill: colours.paper },
    ...(scene.title === ""
      ? []
      : [
          {
            kind: "text" as const,
            x: PAD_PX,
            y: PAD_PX + TITLE_PX / 2,
            text: scene.title,
            size: TITLE_PX,
            weight: 600,
            fill: colours.ink,
          },
        ]),
  ];
  const below: Mark[] = [
    ...legend.marks,
    {
      kind: "text",
      x: PAD_PX,
      y: footerTop + FOOTER_ROW_PX / 2,
      text: scene.footer,
      size: FOOTER_PX,
      fill: colours.muted,
    },
  ];
  const written = (marks: readonly Mark[]): string => marks.map((mark) => markToSvg(mark, font)).join("\n");
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(scene.title)}</title>`,
    `<clipPath id="chart"><rect width="${px(scene.width)}" height="${px(scene.height)}"/></clipPath>`,
    written(around),
    `<g transform="translate(${PAD_PX} ${top})" clip-path="url(#chart)">`,
    written(scene.marks),
    "</g>",
    written(below),
    "</svg>",
    "",
  ].join("\n");
  return { width, height, svg };
}

const GAP_PX = 20;
const NAME_ROW_PX = 28;
const NAME_PX = 14;

function moved(mark: Mark, dx: number, dy: number): Mark {
  return mark.kind === "line"
    ? { ...mark, x1: mark.x1 + dx, y1: mark.y1 + dy, x2: mark.x2 + dx, y2: mark.y2 + dy }
    : { ...mark, x: mark.x + dx, y: mark.y + dy };
}

/** Several charts in one picture, each below its name; the legend is that of the first. */
export function sideBySide(
  charts: readonly { name: string; scene: Scene }[],
  { columns, title, footer }: { columns: number; title: string; footer: string },
): Scene {
  const [first] = charts;
  if (!first) throw new Error("There is no chart to draw.");
  const across = Math.max(1, Math.min(columns, charts.length));
  const cell = {
    width: Math.max(...charts.map(({ scene }) => scene.width)),
    height: Math.max(...charts.map(({ scene }) => scene.height)) + NAME_ROW_PX,
  };
  const rows = Math.ceil(charts.length / across);
  const { colours } = first.scene;
  const marks = charts.flatMap(({ name, scene }, index): Mark[] => {
    const [x, y] = [
      (index % across) * (cell.width + GAP_PX),
      Math.floor(index / across) * (cell.height + GAP_PX),
    ];
    return [
      { kind: "text", x, y: y + NAME_ROW_PX / 2, text: name, size: NAME_PX, weight: 600, fill: colours.ink },
      ...scene.marks.map((mark) => moved(mark, x, y + NAME_ROW_PX)),
    ];
  });
  return {
    ...first.scene,
    width: across * cell.width + (across - 1) * GAP_PX,
    height: rows * cell.height + (rows - 1) * GAP_PX,
    marks,
    title,
    footer,
  };
}
