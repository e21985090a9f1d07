import type { AnswerValue, Item, Project } from '../../api/types'
import { boxesIn, spansIn } from '../../state/answers'
import * as boxes from '../../state/boxes'
import * as spans from '../../state/spans'

/** What an answer is made for: an item, and the answer that it came with. */
export interface Edited {
  /** Another one for each time that an item is answered: what was done before is not found again. */
  key: number
  item: Item
  came: AnswerValue | null
}

/**
 * The making of one answer that takes more than a key, for whoever labels and for whoever reviews: spans, boxes, several classes or a
 * text. `edited` says what is on the screen, `give` is told the answer. Nothing is changed but through the pure functions of `state/`.
 */
export function createEditing(project: Project, edited: () => Edited | null, give: (value: AnswerValue) => void) {
  // What was marked in the item on the screen; until then, what it came with.
  let marked = $state.raw<{ key: number; draft: spans.Draft } | null>(null)
  const begun = $derived.by((): spans.Draft | null => {
    const one = project.kind === 'spans' ? edited() : null
    return one && spans.draftOf(one.item.data.text, spansIn(one.came))
  })
  const draft = $derived(begun && marked?.key === edited()?.key ? (marked?.draft ?? begun) : begun)

  // The same for boxes; the size of an image that does not say it is known when it is loaded.
  let drawn = $state.raw<{ key: number; sketch: boxes.Sketch } | null>(null)
  let lastClass = $state(project.classes[0]?.name ?? '')
  const blank = $derived.by((): boxes.Sketch | null => {
    const one = project.kind === 'boxes' ? edited() : null
    const { width, height }: Partial<boxes.Size> = one?.item.data ?? {}
    return one && boxes.sketchOf(width && height ? { width, height } : null, boxesIn(one.came))
  })
  const sketch = $derived(blank && drawn?.key === edited()?.key ? (drawn?.sketch ?? blank) : blank)

  // And for classes.
  let chosen = $state.raw<{ key: number; classes: readonly string[] } | null>(null)
  const ticked = $derived.by((): readonly string[] | null => {
    const one = project.kind === 'multichoice' ? edited() : null
    if (!one || chosen?.key === one.key) return one && (chosen?.classes ?? [])
    return one.came && 'classes' in one.came ? one.came.classes : []
  })

  return {
    project,
    get edited() { return edited() },
    give,

    get draft() { return draft },
    edit(act: (draft: spans.Draft) => spans.Draft): void {
      const one = edited()
      if (draft && one) marked = { key: one.key, draft: act(draft) }
    },
    mark(name: string): void {
      this.edit((one) => spans.mark(one, name, project.settings.spans_overlap ?? true))
    },

    get sketch() { return sketch },
    /** The class that a drag draws. */
    get boxClass() { return lastClass },
    draw(act: (sketch: boxes.Sketch) => boxes.Sketch): void {
      const one = edited()
      if (sketch && one) drawn = { key: one.key, sketch: act(sketch) }
    },
    box(name: string): void {
      lastClass = name
      this.draw((one) => boxes.name(one, name))
    },

    get ticked() { return ticked },
    tick(name: string): void {
      const one = edited()
      if (one && ticked) chosen = { key: one.key, classes: ticked.includes(name) ? ticked.filter((other) => other !== name) : [...ticked, name] }
    },

    /** What the key of a class does. */
    name(name: string): void {
      if (draft) this.mark(name)
      else if (sketch) this.box(name)
      else this.tick(name)
    },
    save(): void {
      if (sketch) give({ boxes: [...sketch.boxes] })
      else if (draft) give({ spans: [...draft.spans] })
      else if (ticked) give({ classes: project.classes.map((info) => info.name).filter((name) => ticked.includes(name)) })
    },
  }
}

export type Editing = ReturnType<typeof createEditing>

/** Whatever page answers are made on; null while none is. */
export interface Edits {
  readonly editing: Editing | null
}
