/** Every text that the page shows stands in the catalogue: this walks all components and modules and finds those that do not. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'svelte/compiler'
import { describe, expect, it } from 'vitest'
import { en, type Catalogue } from './en'
import { zhHans } from './zh-Hans'

type Node = Record<string, unknown> & { type?: string; start: number; end: number; parents?: never }

const SOURCES = join(import.meta.dirname, '..')

/** What may stand outside, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  Querent: 'the name of the product is the same in every language',
  '· Querent': 'the same, behind the name of a page',
  CSV: 'the name of a file format',
  F1: 'the name of a measure',
  κ: 'the name of a measure',
}

/** Modules whose sentences nobody reads on the page, and why. */
const SPARED: Readonly<Record<string, string>> = {
  'main.ts': 'an error for developers, before any language is there',
  'words/spoken.svelte.ts': 'an error for developers',
  'words/languages.ts': 'each language is called by its own name',
  'commands/label.ts': 'reasons for a skip are stored in English and shown by t.label.reasons',
  'keymap.ts': 'keys are called as they are on keyboards',
  'state/testing.ts': 'made for tests',
}

const SHOWN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'about', 'hint', 'caption', 'action', 'why', 'note', 'nothing', 'summary', 'text'])
const OF_STYLE = new Set(['class', 'style', 'href', 'd', 'points', 'transform'])
const WORDS = /\p{L}{2}/u
/** Reads like something said to a person: a capital and a small letter first, or several words. */
const SENTENCE = /^[“(]?[A-Z][a-z]+(?:[ ,.…]|$)|[a-z’]{2,},? [a-z(“’]{2,}/

const KEYS = /^(?:Enter|Escape|Backspace|Space|Delete|Tab|Home|End|Shift|Control|Alt|Meta|Arrow\w*|Page\w+|Accept|Retry|Content|Slash|Digit|Krippendorff|Cohen|Fleiss|Scott|Gwet)/

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

function walk(value: unknown, visit: (node: Node) => boolean): void {
  if (Array.isArray(value)) return value.forEach((one) => walk(one, visit))
  if (!isNode(value) || (value.type !== undefined && !visit(value))) return
  for (const [name, below] of Object.entries(value)) if (name !== 'parent') walk(below, visit)
}

const isForPeople = (said: string): boolean => WORDS.test(said) && !(said.trim() in ALLOWED)

/** Texts of the markup and of the attributes that are read or heard. */
function inMarkup(fragment: unknown): string[] {
  const found: string[] = []
  walk(fragment, (node) => {
    if (node.type === 'Text' && isForPeople(String(node['data']))) found.push(String(node['data']).trim())
    if (node.type === 'StyleDirective') return false
    if (node.type !== 'Attribute') return true
    const parts = Array.isArray(node['value']) ? node['value'].filter(isNode) : []
    const texts = parts.filter((part) => part.type === 'Text').map((part) => String(part['data']))
    const isShown = SHOWN.has(String(node['name']))
    if (!OF_STYLE.has(String(node['name']))) found.push(...texts.filter((said) => isForPeople(said) && (isShown || (SENTENCE.test(said) && !KEYS.test(said)))))
    return false
  })
  return found
}

const OF_CODE = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ThrowStatement', 'TSLiteralType', 'TSTypeAnnotation', 'TSTypeAliasDeclaration', 'TSInterfaceDeclaration'])

/** A call that looks for elements takes no words. */
const isSelector = (node: Node): boolean => {
  const callee = node.type === 'CallExpression' && isNode(node['callee']) ? node['callee']['property'] : null
  return isNode(callee) && ['matches', 'closest', 'querySelector', 'querySelectorAll'].includes(String(callee['name']))
}

/** Sentences in the code: what is thrown, typed or compared is not shown. */
function inCode(program: unknown): string[] {
  const found: string[] = []
  walk(program, (node) => {
    if (OF_CODE.has(node.type ?? '') || isSelector(node)) return false
    if (node.type === 'Literal' && typeof node['value'] === 'string') found.push(node['value'])
    if (node.type === 'TemplateLiteral') found.push((node['quasis'] as { value: { cooked: string } }[]).map((one) => one.value.cooked).join(' 0 '))
    if (node.type === 'Attribute' && OF_STYLE.has(String(node['name']))) return false
    return true
  })
  return found.filter((said) => SENTENCE.test(said) && !KEYS.test(said) && isForPeople(said))
}

function strayTexts(name: string): string[] {
  const source = readFileSync(join(SOURCES, name), 'utf8')
  const { fragment, instance, module } = parse(name.endsWith('.ts') ? `<script lang="ts">${source}</script>` : source, { modern: true })
  return [...inMarkup(fragment), ...inCode(fragment), ...inCode(instance?.content), ...inCode(module?.content)]
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|^api\/schema\.ts$|^words\/(en|zh-Hans|setup)\.ts$/.test(name) && !(name in SPARED),
)

describe('the catalogue', () => {
  it.each(files)('holds every text of %s', (name) => {
    expect(strayTexts(name)).toEqual([])
  })

  it('has the same texts in every language, and those with parameters in the same places', () => {
    const shape = (texts: object): unknown =>
      Object.fromEntries(Object.entries(texts).map(([key, said]) => [key, typeof said === 'object' && said !== null ? shape(said) : typeof said]))
    // English shows the service's own words.
    const shared = (texts: Catalogue): object => ({ ...texts, service: {}, inner: {}, errors: { ...texts.errors, byCode: {} } })
    expect(shape(shared(zhHans))).toEqual(shape(shared(en)))
  })

  it('is in Chinese wherever it is in English', () => {
    const isLatin = (said: unknown): boolean => typeof said === 'string' && /[a-z]{3}/.test(said.replace(/\{[^}]+\}/g, '')) && !/\p{Script=Han}/u.test(said)
    const left = (texts: object): string[] => Object.values(texts).flatMap((said) => (typeof said === 'object' && said !== null ? left(said) : isLatin(said) ? [said] : []))
    expect(left(zhHans)).toEqual([])
  })
})
