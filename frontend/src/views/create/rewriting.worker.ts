/* Writes images anew so that the service takes them, in a thread of its own: a folder of photos leaves the page free. */
import { fitted, MOST_IMAGE_BYTES, waysOf, type Pixels, type Rewritten, type Way } from '../../state/imageFit'

/** The picture on white, as the service shows what is transparent. */
async function written(picture: ImageBitmap, { width, height }: Pixels, { type, quality }: Way): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Error('no canvas')
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, width, height)
  return canvas.convertToBlob(quality === undefined ? { type } : { type, quality })
}

/** The file as an image that fits, upright; null where it is none, or none that can be made to fit. */
async function rewritten(file: Blob): Promise<Rewritten | null> {
  const picture = await createImageBitmap(file)
  const { width, height } = picture
  for (const way of waysOf(file.type)) {
    const to = fitted(picture, way.scale)
    const blob = await written(picture, to, way)
    if (blob.size > MOST_IMAGE_BYTES) continue
    picture.close()
    return { content: await blob.arrayBuffer(), from: { width, height }, to }
  }
  return null
}

self.onmessage = async ({ data }: MessageEvent<Blob>): Promise<void> => {
  const answer = await rewritten(data).catch(() => null)
  self.postMessage(answer, answer ? { transfer: [answer.content] } : {})
}
