/** Zooming with the wheel, as an attachment: it must keep the page from scrolling, which a passive listener cannot. */
interface Point {
  x: number;
  y: number;
}

/** `zoom` is given how many times larger things shall be, and the place in the element that stays where it is. */
export function wheelZoom(zoom: (factor: number, at: Point) => void): (element: HTMLElement) => () => void {
  return (element) => {
    const onwheel = (event: WheelEvent): void => {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      const frame = element.getBoundingClientRect();
      const at = { x: event.clientX - frame.left, y: event.clientY - frame.top };
      // A pinch arrives as a wheel with Ctrl, in smaller steps.
      zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), at);
    };
    element.addEventListener("wheel", onwheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", onwheel);
    };
  };
}
