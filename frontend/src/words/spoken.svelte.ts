/** The language of the page. Every text that the page shows stands in one catalogue; a catalogue is loaded when it is spoken. */
import { choose, chosen } from '../kept-choices'
import { preferred, type Language } from './languages'
import type { Catalogue } from './en'

const CATALOGUES: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => (await import('./en')).en,
  'zh-Hans': async () => (await import('./zh-Hans')).zhHans,
}

let catalogue = $state.raw<Catalogue | null>(null)
let language = $state.raw<Language>('en')

const wishes = (): readonly string[] => globalThis.navigator?.languages ?? []

/** The words of the language spoken. Read them where they are shown, never once for all: then they change with the language. */
export const t: Catalogue = new Proxy({} as Catalogue, {
  get(_, section) {
    if (!catalogue) throw new Error('no language is spoken yet')
    return Reflect.get(catalogue, section)
  },
})

export const spoken = {
  get language(): Language {
    return language
  },
  /** For Intl: the person's own region of the language, such as en-GB, where the browser names one. */
  get locale(): string {
    const base = language.split('-')[0]
    return wishes().find((tag) => tag.split('-')[0] === base) ?? language
  },
}

/** The language chosen on this device, or the first of the browser's that there is a catalogue for. */
export const firstLanguage = (): Language => preferred([chosen('language') ?? '', ...wishes()])

/** Speaks a language from now on; raises when its catalogue does not load, and all stays as it was. */
export async function speak(wanted: Language): Promise<void> {
  const found = await CATALOGUES[wanted]()
  catalogue = found
  language = wanted
  if (globalThis.document) document.documentElement.lang = wanted
}

/** Speaks a language and remembers it on this device. */
export async function chooseLanguage(wanted: Language): Promise<void> {
  await speak(wanted)
  choose('language', wanted)
}
