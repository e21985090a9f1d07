import { create, upload } from '../../api/client'
import type { Job, Kind } from '../../api/types'
import { answersFound, cutColumn, tallied, type Cells } from '../../state/createAnswers'
import { PREVIEW_BYTES, previewFile, type Preview } from '../../state/createFile'
import { mappingPayload, type Encoding, type Mapping } from '../../state/createMapping'
import type { Images } from './images'

interface Head {
  /** The beginning of the file as it was read. */
  text: string
  encoding: Encoding
  /** How much of the file that is. */
  bytes: number
}

/** A chosen file, what its beginning holds, and what each column is for. */
export interface Picked extends Head {
  file: File
  preview: Preview
  mapping: Mapping
  /** The images that the rows were made of; null for rows that came as a file. */
  images: Images | null
}

const NEW_LINE = 10
const LONGEST_REST = 2 ** 24

function markedAs(bytes: Uint8Array): { encoding: Encoding; label: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16', label: 'utf-16le' }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16', label: 'utf-16be' }
  return { encoding: 'utf-8', label: 'utf-8' }
}

const labelOf = (encoding: Encoding): string => (encoding === 'latin-1' ? 'iso-8859-1' : encoding)

/**
 * Reads the beginning of a file, by its byte order mark unless an encoding is asked for: one line at least, which with an image in it is
 * long. Raises when the disk does not give it.
 */
export async function readHead(file: File, wanted: Encoding | null, length = PREVIEW_BYTES): Promise<Head> {
  const bytes = new Uint8Array(await file.slice(0, length).arrayBuffer())
  if (length < Math.min(file.size, LONGEST_REST) && !bytes.includes(NEW_LINE)) return readHead(file, wanted, 4 * length)
  const { encoding, label } = wanted ? { encoding: wanted, label: labelOf(wanted) } : markedAs(bytes)
  return { text: new TextDecoder(label).decode(bytes, { stream: bytes.length < file.size }), encoding, bytes: bytes.length }
}

/** Signs that stand for broken bytes: the file is not in the encoding it was read in. */
export const isBroken = (text: string): boolean => text.includes('\uFFFD')

export const previewOf = (file: File, { text, bytes }: Head, header: boolean | null = null): Preview => previewFile(file.name, text, bytes >= file.size, header)

const CHUNK_BYTES = 2 ** 20

/**
 * Tallies a column of the whole file, read piece by piece; ends early where it cannot be one of answers, or where `isWanted` says no.
 * What one piece ends in the middle of is read with the next one.
 */
export async function tallyColumn({ file, preview, encoding }: Pick<Picked, 'file' | 'preview' | 'encoding'>, column: string, kind: Kind, isWanted: () => boolean): Promise<Cells> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  const decoder = new TextDecoder(encoding === 'utf-16' ? markedAs(start).label : labelOf(encoding))
  let rest = ''
  let tally: Cells = new Map()
  for (let at = 0; at < file.size && isWanted(); at += CHUNK_BYTES) {
    const isLast = at + CHUNK_BYTES >= file.size
    const text = rest + decoder.decode(await file.slice(at, at + CHUNK_BYTES).arrayBuffer(), { stream: !isLast })
    const cut = cutColumn(preview, column, text, isLast)
    tally = tallied(at === 0 && preview.format === 'csv' && preview.hasHeader ? cut.cells.slice(1) : cut.cells, tally)
    rest = cut.rest
    if (rest.length > LONGEST_REST || answersFound(kind, [], tally).problem === 'many') break
  }
  return tally
}

/** Starts an import; the worker reads the file afterwards. The same `key` starts it once. */
export function startImport(project: number, picked: Picked, key?: string): Promise<Job> {
  const form = new FormData()
  form.append('file', picked.file)
  form.append('mapping', JSON.stringify(mappingPayload(picked.preview, picked.mapping, picked.encoding)))
  return upload<Job>(`projects/${project}/imports/`, form, key)
}

/** Starts an export of what is true now. */
export const startExport = (project: number, wish: { format: string; include?: string; min_confidence?: number }): Promise<Job> =>
  create<Job>(`projects/${project}/exports/`, wish)
