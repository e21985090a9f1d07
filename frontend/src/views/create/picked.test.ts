import { expect, it } from 'vitest'
import { isBroken, readHead } from './picked'

const nihao = new File([new Uint8Array([0xc4, 0xe3, 0xba, 0xc3])], 'mails.csv') // 你好 as GB18030 writes it

it('reads a Chinese file once it is said how it is written', async () => {
  expect(isBroken((await readHead(nihao, null)).text)).toBe(true)
  expect(await readHead(nihao, 'gb18030')).toEqual({ text: '你好', encoding: 'gb18030' })
  expect((await readHead(nihao, 'latin-1')).text).toBe('ÄãºÃ')
})
