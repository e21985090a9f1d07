import type { Explorer } from '../views/explore/explorer.svelte'
import { manages } from '../state/roles'
import type { Command } from './command'
import { t } from '../words/spoken.svelte'

type ExploreCommand = Command<Explorer>

const hasRows = (explorer: Explorer): boolean => explorer.rows.length > 0
const mayChange = ({ project }: Explorer): boolean => manages(project.role)
const search = (): void => document.getElementById('explore-q')?.focus()

/** Everything on the page of all items. */
export const EXPLORE_COMMANDS: readonly ExploreCommand[] = [
  { id: 'explore.search', get title() { return t.label.search }, context: 'explore', keys: ['/'], when: () => true, run: search },
  { id: 'explore.next', get title() { return t.label.nextItem }, context: 'explore', keys: ['ArrowDown', 'j'], when: hasRows, run: (one) => one.go(one.at + 1) },
  { id: 'explore.previous', get title() { return t.label.itemBefore }, context: 'explore', keys: ['ArrowUp', 'i'], when: hasRows, run: (one) => one.go(one.at - 1) },
  { id: 'explore.on', get title() { return t.label.tenOn }, context: 'explore', keys: ['PageDown'], when: hasRows, run: (one) => one.go(one.at + 10) },
  { id: 'explore.back', get title() { return t.label.tenBack }, context: 'explore', keys: ['PageUp'], when: hasRows, run: (one) => one.go(one.at - 10) },
  { id: 'explore.open', get title() { return t.label.openTheItem }, context: 'explore', keys: ['Enter'], when: hasRows, run: (one) => one.open() },
  { id: 'explore.pick', get title() { return t.label.pick }, context: 'explore', keys: ['Space', 'x'], when: (one) => hasRows(one) && mayChange(one), run: (one) => one.pick(one.at) },
  { id: 'explore.drop', get title() { return t.label.pickNone }, context: 'explore', keys: ['Escape'], when: (one) => one.picked.size > 0, run: (one) => one.drop() },
  { id: 'explore.send-out', get title() { return t.label.sendThePickedOnes }, context: 'explore', keys: ['s'], when: (one) => one.picked.size > 0, run: (one) => void one.sendOut() },
  { id: 'explore.undo', get title() { return t.label.undoSendingOut }, context: 'explore', keys: ['u'], when: (one) => one.canUndo, run: (one) => void one.undo() },
  { id: 'explore.clear', get title() { return t.label.noFilters }, context: 'explore', keys: ['c'], when: () => true, run: (one) => one.clear() },
  { id: 'keys', get title() { return t.label.allKeys }, context: 'global', keys: ['?'], when: () => true, run: (one) => one.pop('keys') },
  { id: 'palette', get title() { return t.label.commands }, context: 'global', keys: ['Mod+k'], when: () => true, run: (one) => one.pop('palette') },
]
