import type { Kind } from '../../api/types'
import { freeId, imageLine, imageProblem, imageUrl, megabytes, originalOf, type Refused, type Fitted } from '../../state/createImages'
import { MOST_READ_BYTES, type Rewritten } from '../../state/imageFit'
import { guessMapping } from '../../state/createMapping'
import type { Preview } from '../../state/createFile'
import { t } from '../../words/spoken.svelte'
import type { Picked } from './picked'
import { createRewriter } from './rewriter'

const MOST_SHOWN = 12

/** Chosen image files: how they begin, those that were written anew to fit, and those that are left out. */
export interface Images {
  n: number
  shown: { id: string; url: string }[]
  fitted: Fitted[]
  refused: Refused[]
}

interface Read {
  content: Uint8Array
  /** What was made of it, where it did not fit as it is. */
  anew: Rewritten | null
  /** Why it is not taken, if it is not. */
  why: string
}

type Rewrite = (file: Blob) => Promise<Rewritten | null>

/** The file's content, written anew where that makes it fit. */
async function readImage(file: File, rewrite: Rewrite): Promise<Read> {
  const nothing = { content: new Uint8Array(), anew: null }
  if (file.size > MOST_READ_BYTES) return { ...nothing, why: t.create.imageBytes(megabytes(file.size), megabytes(MOST_READ_BYTES)) }
  try {
    const content = new Uint8Array(await file.arrayBuffer())
    const problem = imageProblem(content)
    if (!problem) return { content, anew: null, why: '' }
    const anew = problem.isMendable ? await rewrite(file) : null
    return anew ? { content: new Uint8Array(anew.content), anew, why: '' } : { ...nothing, why: problem.why }
  } catch {
    return { ...nothing, why: t.create.imageUnread }
  }
}

const isSmaller = ({ from, to }: Rewritten): boolean => to.width < from.width || to.height < from.height

/**
 * Makes the JSON lines that are imported of image files, one after the other: only one is held as text at a time, the browser keeps
 * the finished lines as blobs. `onread` is told how many were read; false from it ends the work early.
 */
export async function readImages(files: readonly File[], onread: (n: number) => boolean): Promise<{ images: Images; lines: Blob[]; ids: string[] }> {
  const images: Images = { n: 0, shown: [], fitted: [], refused: [] }
  const lines: Blob[] = []
  const ids = new Set<string>()
  const rewriter = createRewriter()
  for (const [at, file] of files.entries()) {
    if (!onread(at)) break
    const { content, anew, why } = await readImage(file, rewriter.rewrite)
    if (why) {
      images.refused.push({ name: file.name, why })
      continue
    }
    const id = freeId(file.name, ids)
    const url = imageUrl(content)
    ids.add(id)
    lines.push(new Blob([imageLine(id, url, anew && isSmaller(anew) ? originalOf(anew.from) : {})]))
    if (anew) images.fitted.push({ id, from: anew.from, to: anew.to })
    if (images.shown.length < MOST_SHOWN) images.shown.push({ id, url })
  }
  rewriter.close()
  return { images: { ...images, n: lines.length }, lines, ids: [...ids] }
}

/** Rows made of images as a chosen file in the service's own shape. */
export function pickedImages({ images, lines, ids }: Awaited<ReturnType<typeof readImages>>, kind: Kind): Picked {
  const rows = ids.map((id) => [id, ''])
  const preview: Preview = { format: 'jsonl', delimiter: '', hasHeader: true, columns: ['external_id', 'data.image'], rows, numbers: ids.map((_, at) => at + 1), problems: [] }
  const file = new File(lines, 'images.jsonl')
  return { file, text: '', encoding: 'utf-8', bytes: file.size, preview, mapping: guessMapping(preview, [], kind), images }
}
