/** How one looks at a map and with which tool: of the map itself and of a plot of axes alike. */
import type { Camera } from "$lib/charts/mapCamera";

export const TOOLS = ["move", "box", "lasso"] as const;
export type MapTool = (typeof TOOLS)[number];

export class MapStage {
  /** Null: all of it, whatever the window's size. */
  camera = $state.raw<Camera | null>(null);
  tool = $state<MapTool>("move");
}
