import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { correctedFrom, curveColumns, curveScale, type Column, type CurveRow } from '../../state/manageCurve'
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
  y: number
}

/** How high the line of one arm ends, on the canvas; null for an arm without points. */
function endOf(plot: uPlot, columns: readonly Column[], arm: number): number | null {
  const value = columns[arm]?.findLast((value) => value !== null) ?? null
  return value === null ? null : plot.valToPos(value, 'y', true)
}

const fontOf = (colors: Colors): string => colors.font.replace(/^12px/, `${12 * devicePixelRatio}px`)

/** A line across the chart, named at its foot, where the curves seldom are. */
function drawCorrected(plot: uPlot, annotations: number, colors: Colors): void {
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  const x = Math.round(plot.valToPos(annotations, 'x', true))
  ctx.save()
  ctx.font = fontOf(colors)
  const isLate = x + 6 * ratio + ctx.measureText(t.manage.correctedFromHere).width > bbox.left + bbox.width
  ctx.strokeStyle = ctx.fillStyle = colors.text
  ctx.lineWidth = ratio
  ctx.setLineDash([2 * ratio, 3 * ratio])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.textBaseline = 'bottom'
  ctx.textAlign = isLate ? 'right' : 'left'
  ctx.fillText(t.manage.correctedFromHere, x + (isLate ? -6 : 6) * ratio, bbox.top + bbox.height - 4 * ratio)
  ctx.restore()
}

/** Names stand in the margin beside the ends of their lines, pushed apart when they would touch. */
function drawEndNames(plot: uPlot, columns: readonly Column[], colors: Colors, isNarrow: boolean): void {
  const ratio = devicePixelRatio
  const gap = 16 * ratio
  const names: EndName[] = [
    { arm: 1, text: isNarrow ? t.manage.armModel : t.manage.armModelsQuestions, color: colors.active },
    { arm: 4, text: isNarrow ? t.manage.armRandom : t.manage.armRandomControl, color: colors.random },
  ].flatMap(({ arm, text, color }) => {
    const y = endOf(plot, columns, arm)
    return y === null ? [] : [{ text, color, y }]
  })
  const { ctx, bbox } = plot
  ctx.save()
  ctx.font = fontOf(colors)
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  const [first, second] = names
  if (first && second && Math.abs(first.y - second.y) < gap) {
    const middle = (first.y + second.y) / 2
    const above = first.y <= second.y ? 1 : -1
    first.y = middle - (above * gap) / 2
    second.y = middle + (above * gap) / 2
  }
  for (const name of names) {
    ctx.fillStyle = name.color
    ctx.fillText(name.text, bbox.left + bbox.width + 8 * ratio, name.y)
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
  const corrected = correctedFrom(rows)
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
      draw: [
        (plot) => drawEndNames(plot, columns, colors, isNarrow),
        (plot) => corrected !== null && drawCorrected(plot, corrected, colors),
      ],
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
    },
  }
  return new uPlot(options, columns, host)
}
