/** Which tab is in front and which side panels are open. */
export const TABS = ["board", "words", "heatmap", "map", "doubt", "score", "compare"] as const;
export type Tab = (typeof TABS)[number];

export class Layout {
  tab = $state<Tab>("board");
  isTopicsOpen = $state(true);
  isInspectorOpen = $state(true);
  /** The side panel that lies over the middle where the window is too narrow for both beside it. */
  drawer = $state<"topics" | "inspector" | null>(null);
  /** Topics are shown in the broad ones they belong to. */
  isGrouped = $state(false);
}
