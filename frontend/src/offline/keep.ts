/**
 * Lets the pages of projects open again without network, by a worker that keeps their files. Where the browser has none (it wants
 * https or this very machine), a reload without network shows the browser's own page; what was answered is kept all the same.
 */
export function keepPage(): void {
  if (import.meta.env.PROD) void navigator.serviceWorker?.register('/worker.js', { scope: '/projects/' }).catch(() => undefined)
}
