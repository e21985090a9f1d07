import type { Rewritten } from '../../state/imageFit'

/** Writes images anew, one at a time; a thread is begun for the first one. Call `close` at the end. */
export function createRewriter(): { rewrite: (file: Blob) => Promise<Rewritten | null>; close: () => void } {
  let thread: Worker | null = null
  return {
    rewrite: (file) =>
      new Promise((resolve) => {
        thread ??= new Worker(new URL('./rewriting.worker.ts', import.meta.url), { type: 'module' })
        thread.onmessage = ({ data }: MessageEvent<Rewritten | null>) => resolve(data)
        thread.onerror = () => resolve(null)
        thread.postMessage(file)
      }),
    close: () => thread?.terminate(),
  }
}
