import type { Component } from 'svelte'

type Loading<Props extends Record<string, unknown>> = () => Promise<{ default: Component<Props> }>

/** Each view is its own file on the wire: an annotator never loads the charts. */
export const PLAIN_VIEWS: Record<'login' | 'join' | 'projects' | 'create' | 'account' | 'missing', Loading<Record<string, never>>> = {
  login: () => import('./views/login/Login.svelte'),
  join: () => import('./views/login/Join.svelte'),
  projects: () => import('./views/projects/Projects.svelte'),
  create: () => import('./views/create/Create.svelte'),
  account: () => import('./views/account/Account.svelte'),
  missing: () => import('./views/Missing.svelte'),
}

export const itemView: Loading<{ project: number; item: number }> = () => import('./views/explore/ItemView.svelte')

export const PROJECT_VIEWS: Record<'overview' | 'label' | 'review' | 'models' | 'items' | 'people' | 'settings' | 'report' | 'guidelines', Loading<{ project: number }>> = {
  overview: () => import('./views/manage/Overview.svelte'),
  label: () => import('./views/label/Label.svelte'),
  review: () => import('./views/review/Review.svelte'),
  models: () => import('./views/models/Models.svelte'),
  items: () => import('./views/explore/Explorer.svelte'),
  people: () => import('./views/members/People.svelte'),
  settings: () => import('./views/members/Settings.svelte'),
  report: () => import('./views/quality/Report.svelte'),
  guidelines: () => import('./views/quality/Guidelines.svelte'),
}
