import { describe, expect, it } from 'vitest'
import { findDelimiter, looksLikeHeader, readRecords } from './createCsv'
import { previewFile, rowEstimate } from './createFile'
import { answersRead, guessMapping, isAllKnown, mapColumn, mappingPayload, rowFates, rowsWithoutText, toggleDetail, type Mapping } from './createMapping'

const SMS = `message_id,body,tag,received_at
sms-1,"Your parcel, held. Pay ""1.99"" now",spam,2026-03-01
sms-2,"two
lines",personal,2026-03-02
sms-1,Running late,personal,2026-03-03
sms-4,,spam,2026-03-04
sms-5,20% off,offer,2026-03-05
`

describe('records', () => {
  it('keeps delimiters, quotes and line breaks inside quotes', () => {
    expect(readRecords('a,"b, ""c""\nd"\ne,f', ',', true).map((record) => record.cells)).toEqual([['a', 'b, "c"\nd'], ['e', 'f']])
  })

  it('leaves out a last record that may be cut', () => {
    expect(readRecords('a,b\nc,d', ',', false)).toHaveLength(1)
  })

  it('takes Windows line ends and empty lines', () => {
    expect(readRecords('a,b\r\n\r\nc,\r\n', ',', true).map((record) => record.cells)).toEqual([['a', 'b'], ['c', '']])
  })

  it('counts lines through quoted breaks', () => {
    expect(readRecords('a\n"b\nc"\nd', ',', true).map((record) => record.line)).toEqual([1, 2, 4])
  })
})

describe('columns', () => {
  it('finds the delimiter that cuts evenly', () => {
    expect(findDelimiter('id;text\n1;a, b, c\n2;d', true)).toBe(';')
    expect(findDelimiter('only one column\nhello, world', true)).toBe(',')
  })

  it('knows a header from data', () => {
    expect(looksLikeHeader(['id', 'text'], [['1', 'hello']])).toBe(true)
    expect(looksLikeHeader(['1', 'hello'], [['2', 'bye']])).toBe(false)
    expect(looksLikeHeader(['nachricht'], [['Hallo, ich komme heute doch etwas später']])).toBe(true)
  })

  it('knows a header in any language by what stands below it', () => {
    const rows = [['1', 'Wo bleibt mein Paket?', 'frage'], ['2', 'Nie wieder.', 'ärger'], ['3', 'Und die Rechnung?', 'frage'], ['4', 'Danke sehr', 'frage']]
    expect(looksLikeHeader(['Nr.', 'Was der Kunde schreibt (Freitext)', 'truth'], rows)).toBe(true)
    expect(looksLikeHeader(['Nr.', 'Was der Kunde schreibt (Freitext)', 'wahr'], rows)).toBe(true)
    const answered = rows.map(([, text = '', answer = '']) => [text, answer])
    expect(looksLikeHeader(['Freitext des Kunden', 'wahr'], answered)).toBe(true)
    expect(looksLikeHeader(['Mein Paket ist weg', 'frage'], answered)).toBe(false)
    expect(looksLikeHeader(['Mein Paket', 'Hallo'], [['Dein Paket', 'Guten Tag']])).toBe(false)
  })

  it('reads a file with its mapping guessed', () => {
    const preview = previewFile('sms.csv', SMS, true)
    expect(preview.columns).toEqual(['message_id', 'body', 'tag', 'received_at'])
    expect(preview.rows).toHaveLength(5)
    const mapping = guessMapping(preview, ['spam', 'personal', 'offer'])
    expect(mapping).toEqual({ text: 'body', external_id: null, answer: 'tag', answerUse: 'annotation', metadata: ['message_id', 'received_at'] })
    expect(guessMapping(previewFile('g.csv', 'text,gold\ngood day,ham\nbuy now,spam', true), ['ham', 'spam']).answerUse).toBe('gold')
  })

  it('takes a column as ids though one of them comes twice, and promises no answer of the second', () => {
    const rows = Array.from({ length: 60 }, (_, n) => `m-${n === 59 ? 3 : n},text ${n},ham`)
    const preview = previewFile('sixty.csv', ['id,text,gold', ...rows].join('\n'), true)
    const mapping = guessMapping(preview, ['ham', 'spam'])
    expect([mapping.external_id, answersRead(preview, mapping)]).toEqual(['id', 59])
    expect(isAllKnown(preview, mapping)).toBe(true)
    const texts = previewFile('two.csv', 'text,gold\nsame,ham\nsame,ham\nother,spam', true)
    expect(answersRead(texts, guessMapping(texts, ['ham', 'spam']))).toBe(2)
  })

  it('names the columns of a file without a header', () => {
    const preview = previewFile('plain.csv', '1,good day to you\n2,and to you', true)
    expect([preview.hasHeader, preview.columns, preview.rows.length]).toEqual([false, ['1', '2'], 2])
    expect(guessMapping(preview, [])).toMatchObject({ text: '2', external_id: null })
  })

  it('lets the person overrule the guess about the header', () => {
    const preview = previewFile('a.csv', 'id;text\n1;a', true, false)
    expect([preview.rows.length, preview.columns]).toEqual([2, ['1', '2']])
    expect(previewFile('a.csv', '1,b\n2,a', true, true).columns).toEqual(['1', 'b'])
  })

  it('estimates the rows of a long file from its beginning', () => {
    const preview = previewFile('a.csv', 'id,text\n1,a\n2,b\n', false)
    expect(rowEstimate(preview, 16, 160)).toEqual({ n: 20, isExact: false })
    expect(rowEstimate(preview, 16, 16)).toEqual({ n: 2, isExact: true })
  })

  it('survives an empty file', () => {
    expect(previewFile('a.csv', '', true)).toMatchObject({ columns: [], rows: [], hasHeader: false })
    expect(guessMapping(previewFile('a.csv', '', true), [])).toMatchObject({ text: '' })
  })

  it('says which rows have too few columns', () => {
    expect(previewFile('a.csv', 'id,text\n1,a\n2\n3,c', true).problems).toEqual([{ line: 3, message: '1 column instead of 2' }])
  })
})

describe('JSON lines', () => {
  it('opens data, keeps other columns and reports bad lines', () => {
    const lines = '{"external_id":"a","data":{"text":"hi"}}\nnot json\n[1]\n{"external_id":"b","data":{"text":"ho"}}\n{"cut'
    const preview = previewFile('x.jsonl', lines, false)
    expect(preview.columns).toEqual(['external_id', 'data.text'])
    expect(preview.rows).toEqual([['a', 'hi'], ['b', 'ho']])
    expect(preview.problems.map((one) => one.line)).toEqual([2, 3])
    expect(guessMapping(preview, [])).toMatchObject({ text: 'data.text', external_id: 'external_id' })
  })

  it('strips a byte order mark and knows JSON by its first sign', () => {
    expect(previewFile('export', '\uFEFF{"text":"a"}\n', true).format).toBe('jsonl')
  })
})

describe('mapping', () => {
  const mapping: Mapping = { text: 'body', external_id: 'id', answer: null, answerUse: 'gold', metadata: ['tag'] }

  it('gives a column one role at a time', () => {
    expect(mapColumn(mapping, 'answer', 'tag')).toEqual({ ...mapping, answer: 'tag', metadata: [] })
    expect(mapColumn(mapping, 'text', 'id')).toEqual({ ...mapping, text: 'id', external_id: null })
    expect(mapColumn(mapping, 'external_id', null)).toEqual({ ...mapping, external_id: null })
  })

  it('keeps and drops details', () => {
    expect(toggleDetail(mapping, 'tag').metadata).toEqual([])
    expect(toggleDetail(mapping, 'date').metadata).toEqual(['tag', 'date'])
  })

  it('says what happens to each row', () => {
    const preview = previewFile('sms.csv', SMS, true)
    const fates = rowFates(preview, { ...mapping, external_id: 'message_id', answer: 'tag' }, ['spam', 'personal'])
    expect(fates.map((row) => row.fate)).toEqual(['new', 'new', 'same id as row 2', 'no text', '“offer” is not a class'])
  })

  it('counts rows as the import does: blank ones are none, ones without a text are left out, the header is row 1', () => {
    const preview = previewFile('a.csv', 'id,text\n1,a\n,\n\n2,\n3,a\n', true)
    expect(preview.rows).toEqual([['1', 'a'], ['2', ''], ['3', 'a']])
    expect(preview.numbers).toEqual([2, 5, 6])
    expect(rowsWithoutText(preview, { ...mapping, text: 'text' })).toBe(1)
    const fates = rowFates(preview, { ...mapping, text: 'text', external_id: null }, []).map((row) => row.fate)
    expect(fates).toEqual(['new', 'no text', 'same text as row 2'])
  })

  it('finds known answers under any name where a column holds classes and nothing else', () => {
    const preview = previewFile('a.csv', 'nr,text,Team\n1,a,ham\n2,b,\n3,c,spam\n', true)
    expect(guessMapping(preview, ['ham', 'spam']).answer).toBe('Team')
    expect(guessMapping(preview, ['ham', 'eggs']).answer).toBeNull()
  })

  it('finds answers by the name of their column where there are no classes yet', () => {
    const texts = ['I love it', 'Never again', 'It came', 'Fine', 'Too dear']
    const guess = (name: string, answers: string[], classes: string[] = []) =>
      guessMapping(previewFile('a.csv', [`text,${name}`, ...texts.map((text, n) => `${text},${answers[n]}`)].join('\n'), true), classes).answer
    const sentiments = ['good', 'bad', 'neutral', 'good', 'bad']
    for (const name of ['category', 'Label', 'sentiment', 'gold_label', 'Intent', '类别']) expect(guess(name, sentiments)).toBe(name)
    expect(guess('reply_to', sentiments)).toBeNull()
    expect(guess('topic', ['a', 'b', 'c', 'd', 'e'])).toBeNull()
    expect(guess('category', sentiments, ['ham', 'spam'])).toBeNull()
  })

  it('knows a file in which nothing is left to be asked', () => {
    const known = (rows: string) => isAllKnown(previewFile('a.csv', `text,tag\n${rows}`, true), { ...mapping, text: 'text', answer: 'tag' })
    expect([known('a,x\nb,y'), known('a,x\nb,')]).toEqual([true, false])
  })

  it('names a repeated text', () => {
    const preview = previewFile('a.csv', 'id,text\n1,a\n2,a', true)
    const fates = (external_id: string | null) => rowFates(preview, { ...mapping, text: 'text', external_id }, []).map((row) => row.fate)
    expect(fates('id')).toEqual(['new', 'new, text as in row 2'])
    expect(fates(null)).toEqual(['new', 'same text as row 2'])
  })

  it('leaves nothing for the service to guess', () => {
    const preview = previewFile('a.csv', 'id;text;tag\n1;a;spam', true)
    expect(mappingPayload(preview, { text: 'text', external_id: 'id', answer: 'tag', answerUse: 'annotation', metadata: [] }, 'latin-1')).toEqual({
      text: 'text', external_id: 'id', gold: null, annotation: 'tag', metadata: [], header: true, delimiter: ';', encoding: 'latin-1',
    })
    const lines = previewFile('a.jsonl', '{"text":"a"}', true)
    expect(mappingPayload(lines, { ...mapping, text: 'text' }, 'utf-8')).not.toHaveProperty('delimiter')
    const own = previewFile('a.jsonl', '{"data":{"text":"a"},"gold":{"class":"spam"}}', true)
    expect(mappingPayload(own, guessMapping(own, []), 'utf-8')).toEqual({})
  })
})
