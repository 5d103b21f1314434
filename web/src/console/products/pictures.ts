// Photos as the API takes them: JPEG or PNG of at most 8 MiB. Others are drawn anew as JPEG, and
// large ones smaller.
import { api, ask } from "@shared/api/client";

const bytesMax = 8 * 1024 * 1024;
const sideMax = 2400;
const quality = 0.9;

export class NoPicture extends Error {}

async function drawn(file: File): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new NoPicture(file.name);
  }
  const scale = Math.min(1, sideMax / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(
    Math.round(picture.width * scale),
    Math.round(picture.height * scale),
  );
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

export async function fit(file: File): Promise<Blob> {
  const known = file.type === "image/jpeg" || file.type === "image/png";
  return known && file.size <= bytesMax ? file : drawn(file);
}

export async function sendPhoto(product: string, photo: Blob): Promise<void> {
  await ask(
    api.POST("/v1/products/{id}/photos", {
      params: { path: { id: product } },
      headers: { "Content-Type": photo.type },
      body: photo as unknown as string,
      bodySerializer: (body: unknown) => body as BodyInit,
    }),
  );
}
