import { matchRoute, type Route } from './state/routes'

let path = $state(location.pathname)

/** The current route; reading it inside a component follows the address. */
export function route(): Route {
  return matchRoute(path)
}

/** Goes to an address of this application without loading the page again. */
export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  path = location.pathname
  window.scrollTo(0, 0)
}

function isOurs(link: HTMLAnchorElement): boolean {
  const foreign = link.target || link.hasAttribute('download') || link.origin !== location.origin
  return !foreign && matchRoute(link.pathname).view !== 'missing'
}

/** Makes plain links move inside the application and follows the back button. Call once. */
export function startRouter(): void {
  window.addEventListener('popstate', () => (path = location.pathname))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || !isOurs(link)) return
    event.preventDefault()
    navigate(link.pathname + link.search + link.hash)
  })
}
