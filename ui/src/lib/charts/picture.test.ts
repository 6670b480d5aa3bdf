import { describe, expect, it } from "vitest";
import { escaped, type Scene, sceneToSvg } from "./picture";

/** Any colour will do here. */
const grey = (level: number): string => `rgb(${level},${level},${level})`;

const scene: Scene = {
  width: 300,
  height: 200,
  marks: [
    { kind: "circle", x: 10, y: 20, radius: 4, fill: grey(1) },
    { kind: "shape", x: 40, y: 20, size: 8, shape: 2, fill: grey(4), opacity: 0.5 },
    { kind: "text", x: 50, y: 60, text: '<script>"&', size: 12, fill: grey(0), halo: grey(9) },
    { kind: "image", x: 0, y: 0, width: 5, height: 5, href: "data:image/png;base64,AA==" },
  ],
  title: "Fruit & more",
  legend: Array.from({ length: 9 }, (_, index) => ({
    name: `topic ${index}`,
    fill: grey(7),
    shape: index % 7,
  })),
  footer: "Kindred",
  font: "sans-serif",
  colours: { paper: grey(255), ink: grey(0), muted: grey(90) },
};

describe("a picture", () => {
  it("is well-formed XML with title, marks, legend and footer, whatever the texts hold", () => {
    const { svg, width, height } = sceneToSvg(scene);
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.querySelector("title")?.textContent).toBe("Fruit & more");
    const texts = [...parsed.querySelectorAll("text")].map(({ textContent }) => textContent);
    expect(texts).toContain('<script>"&');
    expect(texts).toContain("Kindred");
    expect(texts.filter((text) => text.startsWith("topic "))).toHaveLength(9);
    expect(parsed.querySelectorAll("script"), "a text is never markup").toHaveLength(0);
    expect(width).toBeGreaterThan(scene.width);
    const footer = [...parsed.querySelectorAll("text")].at(-1)!;
    expect(Number(footer.getAttribute("y")), "all of it is inside").toBeLessThan(height);
  });

  it("puts legend entries that do not fit into the next row", () => {
    const { height } = sceneToSvg(scene);
    expect(height).toBeGreaterThan(sceneToSvg({ ...scene, legend: scene.legend.slice(0, 2) }).height);
  });

  it("drops what XML cannot hold", () => {
    expect(escaped("a\u0000b\u0007c")).toBe("a b c");
  });
});
