/** Points on the graphics card. Loaded when a map is opened, so that starting the window costs nothing. */
import { Deck, type Layer, OrthographicView } from "@deck.gl/core";
import { ScatterplotLayer, type ScatterplotLayerProps } from "@deck.gl/layers";
import type { Painter, Picture } from "./painter";

interface ShapedProps {
  getShape?: unknown;
}

/**
 * Scatterplot points in the shapes of topics. `unitPosition` runs from -1 to 1 across a point; each
 * shape is a distance that is 1 on its outline, which keeps a million of them free of textures.
 */
class ShapedLayer extends ScatterplotLayer<unknown, ShapedProps> {
  static override layerName = "ShapedLayer";

  override initializeState(): void {
    super.initializeState();
    this.getAttributeManager()?.addInstanced({
      instanceShapes: { size: 1, accessor: "getShape", defaultValue: 1 },
    });
  }

  override getShaders(): Record<string, unknown> {
    const shaders = super.getShaders() as Record<string, unknown>;
    return {
      ...shaders,
      fs: FRAGMENT,
      inject: {
        "vs:#decl": "in float instanceShapes;\nout float vShape;\n",
        "vs:#main-end": "vShape = instanceShapes;\n",
      },
    };
  }
}

const FRAGMENT = `#version 300 es
#define SHADER_NAME shaped-layer-fragment-shader
precision highp float;
in vec4 vFillColor;
in vec4 vLineColor;
in vec2 unitPosition;
in float innerUnitRadius;
in float outerRadiusPixels;
in float vShape;
out vec4 fragColor;

float outline(vec2 p, int shape) {
  vec2 a = abs(p);
  if (shape == 0) return max(max(a.x, a.y) / 0.84, (a.x + a.y) / 1.48);
  if (shape == 1) return length(p) / 0.92;
  if (shape == 2) return (a.x + a.y) / 1.04;
  if (shape == 3) return max((a.x * 2.0 - p.y) / 1.04, p.y < 0.0 ? -p.y / 0.84 : 0.0);
  if (shape == 4) return min(max(a.x / 0.92, a.y / 0.36), max(a.y / 0.92, a.x / 0.36));
  if (shape == 5) return max((a.x * 2.0 + p.y) / 1.04, p.y > 0.0 ? p.y / 0.84 : 0.0);
  float fifth = 1.2566371;
  float turn = mod(atan(p.x, p.y) + fifth / 2.0, fifth) - fifth / 2.0;
  return length(p) / mix(1.0, 0.46, abs(turn) / (fifth / 2.0));
}

void main(void) {
  geometry.uv = unitPosition;
  float soft = 0.8 / max(1.0, outerRadiusPixels);
  float inside = 1.0 - smoothstep(1.0 - soft, 1.0 + soft, outline(unitPosition, int(vShape + 0.5)));
  if (inside < 0.02) discard;
  fragColor = vec4(vFillColor.rgb, vFillColor.a * inside);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;

/** The card takes an array anew when it is another object; the same object costs nothing. */
interface Uploaded {
  position: Float32Array;
  colour: Uint8Array;
  radius: Float32Array;
  shape: Float32Array;
  attributes: Record<string, Attribute>;
}

interface Attribute {
  value: Float32Array | Uint8Array;
  size: number;
  /** Bytes that stand for 0 to 1. */
  normalized?: boolean;
}

export async function deckPainter(parent: HTMLDivElement, onfail: () => void): Promise<Painter> {
  let uploaded: Uploaded | null = null;
  const view = new OrthographicView({ id: "map", flipY: true, near: 0.01, far: 1000 });
  const deck = await new Promise<Deck<OrthographicView>>((resolve, reject) => {
    const made: Deck<OrthographicView> = new Deck<OrthographicView>({
      parent,
      views: view,
      controller: false,
      viewState: { target: [0, 0, 0], zoom: 0 },
      layers: [],
      style: { pointerEvents: "none" },
      useDevicePixels: true,
      // Points have soft edges of their own, and every frame is drawn whole: without a card both would cost dearly.
      deviceProps: { type: "webgl", webgl: { antialias: false, preserveDrawingBuffer: false } },
      onLoad: () => {
        // It is looked at only: keys and focus belong to what lies over it.
        made.getCanvas()?.removeAttribute("tabindex");
        resolve(made);
      },
      onError: (error) => {
        reject(error);
        onfail();
      },
    });
  });

  function attributesOf({ position, marks }: Picture): Uploaded["attributes"] {
    const { colour, radius, shape } = marks;
    const before = uploaded;
    const attribute = (
      name: string,
      value: Float32Array | Uint8Array,
      known: Float32Array | Uint8Array | undefined,
      size: number,
    ): Attribute =>
      (value === known ? before?.attributes[name] : undefined) ??
      (value instanceof Uint8Array ? { value, size, normalized: true } : { value, size });
    const attributes = {
      getPosition: attribute("getPosition", position, before?.position, 3),
      getFillColor: attribute("getFillColor", colour, before?.colour, 4),
      getRadius: attribute("getRadius", radius, before?.radius, 1),
      getShape: attribute("getShape", shape, before?.shape, 1),
    };
    uploaded = { position, colour, radius, shape, attributes };
    return attributes;
  }

  return {
    paint: (picture) => {
      const { camera, projection: p, rings, radiusPx, shown, isSolid } = picture;
      const { scale } = camera;
      // Turned by the same numbers that names and picking use; depth only decides what covers what.
      const flat = 0.4 / scale / 2;
      const modelMatrix = isSolid
        ? Float64Array.of(
            ...[p.xx / scale, p.yx / scale, p.zx * flat, 0],
            ...[p.xy / scale, p.yy / scale, p.zy * flat, 0],
            ...[p.xz / scale, p.yz / scale, p.zz * flat, 0],
            ...[0, 0, 0, 1],
          )
        : null;
      const common = {
        radiusUnits: "pixels",
        billboard: true,
        pickable: false,
        modelMatrix,
        parameters: isSolid
          ? { depthCompare: "less-equal", depthWriteEnabled: true }
          : { depthCompare: "always", depthWriteEnabled: false },
      } satisfies Partial<ScatterplotLayerProps>;
      const layers: Layer[] = [
        new ShapedLayer({
          ...common,
          id: "points",
          data: { length: shown, attributes: attributesOf(picture) },
          radiusScale: radiusPx,
          stroked: false,
        }),
        ...rings.map(
          ({ id, count, position, radiusPx: radius, widthPx, colour }) =>
            new ScatterplotLayer({
              ...common,
              id,
              data: { length: count, attributes: { getPosition: { value: position, size: 3 } } },
              getRadius: radius,
              filled: false,
              stroked: true,
              lineWidthUnits: "pixels",
              getLineWidth: widthPx,
              getLineColor: [...colour],
              updateTriggers: { getRadius: radius, getLineColor: colour.join(" ") },
              parameters: { depthCompare: "always", depthWriteEnabled: false },
            }),
        ),
      ];
      deck.setProps({
        viewState: { target: [camera.x, camera.y, 0], zoom: Math.log2(scale) },
        layers,
      });
    },
    destroy: () => {
      deck.finalize();
    },
  };
}
