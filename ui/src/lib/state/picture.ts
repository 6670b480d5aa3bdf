/** Copies and saves charts as pictures: an SVG as it is, or drawn once into a PNG. */
import { type Framed, type Scene, sceneToSvg } from "$lib/charts/picture";
import type { Backend } from "$lib/ipc/backend";
import { m } from "$lib/paraglide/messages";

export type PictureKind = { kind: "png"; times: 1 | 2 | 4 } | { kind: "svg" };

export type PictureWish = { kind: "copy" } | PictureKind;

/** Larger canvases come out empty in some web views. */
const MOST_SIDE_PX = 16_384;

/** A PNG of an SVG, `times` as large. */
export async function pngOf({ svg, width, height }: Framed, times: number): Promise<Uint8Array> {
  const scale = Math.min(times, MOST_SIDE_PX / Math.max(width, height));
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This window cannot draw pictures.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, "image/png");
    });
    if (!blob) throw new Error("The picture could not be drawn.");
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Asks where to, then writes. Where it was saved, or null when the person closed the dialog. */
export async function savePicture(
  backend: Backend,
  name: string,
  wanted: PictureKind,
  scene: () => Scene,
): Promise<string | null> {
  const path = await backend.askSavePath(m.picture_where(), `${name}.${wanted.kind}`);
  if (path === null) return null;
  const framed = sceneToSvg(scene());
  const bytes =
    wanted.kind === "svg" ? new TextEncoder().encode(framed.svg) : await pngOf(framed, wanted.times);
  await backend.savePicture(path, bytes);
  return path;
}

/** Twice as large, so that it is sharp where it is pasted. */
export async function copyPicture(backend: Backend, scene: () => Scene): Promise<void> {
  await backend.copyPicture(await pngOf(sceneToSvg(scene()), 2));
}

/** Does what was asked for, and says where the picture is now. */
export async function keepPicture(
  app: { backend: Backend; toasts: { say: (text: string) => void } },
  name: string,
  wish: PictureWish,
  scene: () => Scene,
): Promise<void> {
  if (wish.kind === "copy") {
    await copyPicture(app.backend, scene);
    app.toasts.say(m.picture_copied());
    return;
  }
  const path = await savePicture(app.backend, name, wish, scene);
  if (path !== null) app.toasts.say(m.export_done({ path }));
}
