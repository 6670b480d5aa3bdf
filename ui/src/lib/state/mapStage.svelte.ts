/** How one looks at a map and with which tool: of the map itself, of a plot of axes and of maps side by side alike. */
import type { Camera } from "$lib/charts/mapCamera";

export const TOOLS = ["move", "box", "lasso"] as const;
export type MapTool = (typeof TOOLS)[number];

const REST_MS = 200;

export class MapStage {
  /** Null: all of it, whatever the window's size. */
  camera = $state.raw<Camera | null>(null);
  /** Where it last came to rest: names are placed anew only then. */
  restCamera = $state.raw<Camera | null>(null);
  isMoving = $state(false);
  tool = $state<MapTool>("move");
  #rest: ReturnType<typeof setTimeout> | undefined;

  look(camera: Camera | null): void {
    this.camera = camera;
    this.isMoving = true;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.isMoving = false;
      this.restCamera = this.camera;
    }, REST_MS);
  }
}
