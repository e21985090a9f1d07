import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { curveColumns, curveScale, type Column, type CurveRow } from '../../state/manageCurve'
import { count, score } from '../../state/format'
import { t } from '../../words/spoken.svelte'

export interface Colors {
  active: string
  activeBand: string
  random: string
  randomBand: string
  grid: string
  text: string
  font: string
}

const HEIGHT = 272
const LOW = 220
const HIGHEST = 480
const NARROW = 560

/** uPlot wants colours a canvas understands: they are read off elements that wear the tokens. */
export function readColors(probe: HTMLElement): Colors {
  const of = (name: string): string => getComputedStyle(probe.querySelector(`.${name}`) ?? probe).color
  return {
    active: of('active'), activeBand: of('active-band'), random: of('random'), randomBand: of('random-band'),
    grid: of('grid'), text: of('text'), font: `12px ${getComputedStyle(probe).fontFamily}`,
  }
}

interface EndName {
  text: string
  color: string
  x: number
  y: number
}

/** Where the line of one arm ends, on the canvas; null for an arm without points. */
function endOf(plot: uPlot, columns: readonly Column[], arm: number): { x: number; y: number } | null {
  const at = columns[arm]?.findLastIndex((value) => value !== null) ?? -1
  const [annotations, value] = [columns[0]?.[at] ?? null, columns[arm]?.[at] ?? null]
  return annotations === null || value === null ? null : { x: plot.valToPos(annotations, 'x', true), y: plot.valToPos(value, 'y', true) }
}

/** Names stand at the ends of their lines, pushed apart when they would touch. */
function drawEndNames(plot: uPlot, columns: readonly Column[], colors: Colors, isNarrow: boolean): void {
  const ratio = devicePixelRatio
  const gap = 16 * ratio
  const names: EndName[] = [
    { arm: 1, text: isNarrow ? t.manage.armModel : t.manage.armModelsQuestions, color: colors.active },
    { arm: 4, text: isNarrow ? t.manage.armRandom : t.manage.armRandomControl, color: colors.random },
  ].flatMap(({ arm, text, color }) => {
    const end = endOf(plot, columns, arm)
    return end ? [{ text, color, x: end.x + 8 * ratio, y: end.y }] : []
  })
  const { ctx } = plot
  ctx.save()
  ctx.font = colors.font.replace(/^12px/, `${12 * ratio}px`)
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  const [first, second] = names
  const wide = Math.max(...names.map((name) => ctx.measureText(name.text).width), 0)
  if (first && second && Math.abs(first.y - second.y) < gap && Math.abs(first.x - second.x) < wide) {
    const middle = (first.y + second.y) / 2
    const above = first.y <= second.y ? 1 : -1
    first.y = middle - (above * gap) / 2
    second.y = middle + (above * gap) / 2
  }
  for (const name of names) {
    ctx.fillStyle = name.color
    ctx.fillText(name.text, name.x, name.y)
  }
  ctx.restore()
}

const MOST_DOTS = 24

function line(stroke: string, values: Column, dash: number[] = []): uPlot.Series {
  const show = values.filter((value) => value !== null).length <= MOST_DOTS
  return { stroke, width: 2, dash, spanGaps: true, points: { show, size: 5, fill: stroke, stroke } }
}
const edge: uPlot.Series = { width: 0, stroke: 'transparent', spanGaps: true, points: { show: false } }

/** A chart of both arms with their bands in `host`; `onPoint` hears the row under the pointer, or null. */
export function drawCurve(host: HTMLElement, rows: readonly CurveRow[], colors: Colors, onPoint: (index: number | null) => void): uPlot {
  const width = Math.max(240, host.clientWidth)
  const isNarrow = width < NARROW
  const columns = curveColumns(rows)
  const axis = { stroke: colors.text, font: colors.font, ticks: { show: false } }
  const options: uPlot.Options = {
    width,
    height: Math.max(isNarrow ? LOW : HEIGHT, Math.min(host.clientHeight, HIGHEST)),
    padding: [12, isNarrow ? 56 : 120, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: { x: { time: false, range: (_plot, _low, high) => [0, Math.max(1, high)] }, y: { range: () => curveScale(rows) } },
    axes: [
      { ...axis, grid: { show: false }, size: 32, space: 80, values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? count(split) : '')) },
      { ...axis, grid: { stroke: colors.grid, width: 1 }, size: 44, values: (_plot, splits) => splits.map((split) => score(split, 2)) },
    ],
    series: [{}, line(colors.active, columns[1]), edge, edge, line(colors.random, columns[4], [5, 4]), edge, edge],
    bands: [
      { series: [6, 5], fill: colors.randomBand },
      { series: [3, 2], fill: colors.activeBand },
    ],
    hooks: {
      draw: [(plot) => drawEndNames(plot, columns, colors, isNarrow)],
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
    },
  }
  return new uPlot(options, columns, host)
}
