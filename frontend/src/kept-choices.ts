/* Small choices of a person, kept on this device; a browser without storage forgets them with the page. */

const forgotten = new Map<string, string>()

export function chosen(name: string): string | null {
  try {
    return localStorage.getItem(`querent.${name}`) ?? forgotten.get(name) ?? null
  } catch {
    return forgotten.get(name) ?? null
  }
}

export function choose(name: string, value: string): void {
  forgotten.set(name, value)
  try {
    localStorage.setItem(`querent.${name}`, value)
  } catch {
    // Kept as long as the page.
  }
}
