/* Opens the page again without network. It keeps the page's own files, never what the service says of anybody: answers that
   wait are in IndexedDB, and the page says how many. Online the page always comes from the service. */

const FILES = [/* files */]
// Other files are another build, whose worker fills a cache of its own.
const CACHE = `querent ${FILES.join(' ')}`
const SHELL = '/'

async function keep() {
  const shell = await fetch(SHELL, { cache: 'no-cache' })
  if (!shell.ok || shell.redirected) throw new Error('the page did not come')
  const cache = await caches.open(CACHE)
  await cache.put(SHELL, shell)
  await cache.addAll(FILES)
}

async function forgetOthers() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('querent ') && name !== CACHE).map((name) => caches.delete(name)))
}

/** The page from the service; as it was kept where there is no answer, or one that says that the service is away. */
async function page(request) {
  const kept = () => caches.match(SHELL, { cacheName: CACHE })
  const answer = await fetch(request).catch(() => null)
  if (answer && answer.status < 500) return answer
  return (await kept()) ?? answer ?? Response.error()
}

const file = async (request) => (await caches.match(request, { cacheName: CACHE })) ?? fetch(request)

self.addEventListener('install', (event) => {
  // What the service answers never passes through here, where the browser can be told so.
  event.addRoutes?.({ condition: { urlPattern: '/api/*' }, source: 'network' })
  event.waitUntil(keep().then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (request.method === 'GET' && FILES.includes(new URL(request.url).pathname)) event.respondWith(file(request))
})
