import { expect, it } from 'vitest'
import { isBroken, previewOf, readHead } from './picked'

const nihao = new File([new Uint8Array([0xc4, 0xe3, 0xba, 0xc3])], 'mails.csv') // 你好 as GB18030 writes it

it('reads a Chinese file once it is said how it is written', async () => {
  expect(isBroken((await readHead(nihao, null)).text)).toBe(true)
  expect(await readHead(nihao, 'gb18030')).toEqual({ text: '你好', encoding: 'gb18030', bytes: 4 })
  expect((await readHead(nihao, 'latin-1')).text).toBe('ÄãºÃ')
})

it('reads one line at least, however long an image makes it', async () => {
  const line = JSON.stringify({ external_id: 'a', data: { image: 'x'.repeat(100_000) } })
  const file = new File([`${line}\n`.repeat(10)], 'images.jsonl')
  const head = await readHead(file, null)
  expect(previewOf(file, head).columns).toEqual(['external_id', 'data.image'])
  expect(head.bytes).toBe(256 * 1024)
})
