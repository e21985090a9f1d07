import type { Kind } from '../../api/types'
import { freeId, imageLine, imageProblem, imageUrl, megabytes, MOST_IMAGE_BYTES, type Refused } from '../../state/createImages'
import { guessMapping } from '../../state/createMapping'
import type { Preview } from '../../state/createFile'
import { t } from '../../words/spoken.svelte'
import type { Picked } from './picked'

const MOST_SHOWN = 12

/** Chosen image files: how they begin, and those that are left out. */
export interface Images {
  n: number
  shown: { id: string; url: string }[]
  refused: Refused[]
}

/** The file's content and why it is not taken, if it is not; what is too large is not even read. */
async function readImage(file: File): Promise<{ content: Uint8Array; why: string }> {
  const nothing = new Uint8Array()
  if (file.size > MOST_IMAGE_BYTES) return { content: nothing, why: t.create.imageBytes(megabytes(file.size), megabytes(MOST_IMAGE_BYTES)) }
  try {
    const content = new Uint8Array(await file.arrayBuffer())
    return { content, why: imageProblem(content) }
  } catch {
    return { content: nothing, why: t.create.imageUnread }
  }
}

/**
 * Makes the JSON lines that are imported of image files, one after the other: only one is held as text at a time, the browser keeps
 * the finished lines as blobs. `onread` is told how many were read; false from it ends the work early.
 */
export async function readImages(files: readonly File[], onread: (n: number) => boolean): Promise<{ images: Images; lines: Blob[]; ids: string[] }> {
  const images: Images = { n: 0, shown: [], refused: [] }
  const lines: Blob[] = []
  const ids = new Set<string>()
  for (const [at, file] of files.entries()) {
    if (!onread(at)) break
    const { content, why } = await readImage(file)
    if (why) {
      images.refused.push({ name: file.name, why })
      continue
    }
    const id = freeId(file.name, ids)
    const url = imageUrl(content)
    ids.add(id)
    lines.push(new Blob([imageLine(id, url)]))
    if (images.shown.length < MOST_SHOWN) images.shown.push({ id, url })
  }
  return { images: { ...images, n: lines.length }, lines, ids: [...ids] }
}

/** Rows made of images as a chosen file in the service's own shape. */
export function pickedImages({ images, lines, ids }: Awaited<ReturnType<typeof readImages>>, kind: Kind): Picked {
  const rows = ids.map((id) => [id, ''])
  const preview: Preview = { format: 'jsonl', delimiter: '', hasHeader: true, columns: ['external_id', 'data.image'], rows, numbers: ids.map((_, at) => at + 1), problems: [] }
  const file = new File(lines, 'images.jsonl')
  return { file, text: '', encoding: 'utf-8', bytes: file.size, preview, mapping: guessMapping(preview, [], kind), images }
}
