import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { curveColumns, curveScale, type Column, type CurveRow } from '../../state/manageCurve'
import { count } from '../../state/format'

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
  y: number
}

/** Names at the ends of their lines, pushed apart when they would touch. */
function drawEndNames(plot: uPlot, columns: readonly Column[], colors: Colors, isNarrow: boolean): void {
  const names: EndName[] = [
    { column: columns[1], text: isNarrow ? 'model' : 'model’s questions', color: colors.active },
    { column: columns[4], text: isNarrow ? 'random' : 'random control', color: colors.random },
  ].flatMap(({ column, text, color }) => {
    const last = column?.findLast((value) => value !== null) ?? null
    return last === null ? [] : [{ text, color, y: plot.valToPos(last, 'y', true) }]
  })
  const ratio = devicePixelRatio
  const [first, second] = names
  const gap = 16 * ratio
  if (first && second && Math.abs(first.y - second.y) < gap) {
    const middle = (first.y + second.y) / 2
    const above = first.y <= second.y ? 1 : -1
    first.y = middle - (above * gap) / 2
    second.y = middle + (above * gap) / 2
  }
  const { ctx } = plot
  ctx.save()
  ctx.font = colors.font.replace(/^12px/, `${12 * ratio}px`)
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  for (const name of names) {
    ctx.fillStyle = name.color
    ctx.fillText(name.text, plot.bbox.left + plot.bbox.width + 8 * ratio, name.y)
  }
  ctx.restore()
}

const line = (stroke: string, dash: number[] = []): uPlot.Series => ({ stroke, width: 2, dash, spanGaps: true, points: { show: false } })
const edge: uPlot.Series = { width: 0, stroke: 'transparent', spanGaps: true, points: { show: false } }

/** A chart of both arms with their bands in `host`; `onPoint` hears the row under the pointer, or null. */
export function drawCurve(host: HTMLElement, rows: readonly CurveRow[], colors: Colors, onPoint: (index: number | null) => void): uPlot {
  const width = Math.max(240, host.clientWidth)
  const isNarrow = width < NARROW
  const columns = curveColumns(rows)
  const axis = { stroke: colors.text, font: colors.font, ticks: { show: false } }
  const options: uPlot.Options = {
    width,
    height: isNarrow ? 220 : HEIGHT,
    padding: [12, isNarrow ? 56 : 120, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: { x: { time: false, range: (_plot, _low, high) => [0, Math.max(1, high)] }, y: { range: () => curveScale(rows) } },
    axes: [
      { ...axis, grid: { show: false }, size: 32, space: 80, values: (_plot, splits) => splits.map((split) => (Number.isInteger(split) ? count(split) : '')) },
      { ...axis, grid: { stroke: colors.grid, width: 1 }, size: 44, values: (_plot, splits) => splits.map((split) => split.toFixed(2)) },
    ],
    series: [{}, line(colors.active), edge, edge, line(colors.random, [5, 4]), edge, edge],
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
