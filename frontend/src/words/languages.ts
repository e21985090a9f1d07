/** The languages there are, each in its own name. Pure. */
export const LANGUAGES = { en: 'English', 'zh-Hans': '简体中文' } as const

export type Language = keyof typeof LANGUAGES

export const ALL_LANGUAGES = Object.keys(LANGUAGES) as Language[]

/** The language of a name, or null for one that there is no catalogue for. */
export const asLanguage = (name: string): Language | null => ALL_LANGUAGES.find((one) => one === name) ?? null

/** The first wish that can be met: the same language counts, whatever its region or script. English without any. */
export function preferred(wishes: readonly string[]): Language {
  const base = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? ''
  for (const wish of wishes) {
    const found = asLanguage(wish) ?? ALL_LANGUAGES.find((one) => base(one) === base(wish))
    if (found) return found
  }
  return 'en'
}
