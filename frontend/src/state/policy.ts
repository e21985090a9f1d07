/** Every setting of a project in plain words, in the groups in which they are shown. */
import type { Kind, ProjectSettings } from '../api/types'
import { t } from '../words/spoken.svelte'

type Named = Exclude<keyof ProjectSettings, never>

interface Common {
  name: Named
  label: string
  hint: string
  /** The kinds of question that know the setting; every one when it is left out. */
  kinds?: readonly Kind[]
}

export interface NumberSetting extends Common {
  type: 'number'
  low: number
  high: number
  isWhole: boolean
  /** Shown and typed as percent, stored as a share. */
  isPercent: boolean
  /** May be left empty, which is stored as null. */
  isOptional: boolean
  unless: string
}

export interface Option {
  value: string
  title: string
  /** What it does, in a sentence. */
  words: string
  kinds?: readonly Kind[]
}

export interface ChoiceSetting extends Common {
  type: 'choice'
  options: readonly Option[]
  /** Another name may be typed, such as a path that the operator allows. */
  isOpen: boolean
}

export interface OtherSetting extends Common {
  type: 'switch' | 'json'
}

export type Setting = NumberSetting | ChoiceSetting | OtherSetting

export interface Group {
  title: string
  about: string
  settings: readonly Setting[]
}

const whole = (name: Named, label: string, hint: string, low: number, high: number): NumberSetting => ({
  type: 'number', name, label, hint, low, high, isWhole: true, isPercent: false, isOptional: false, unless: '',
})

const share = (name: Named, label: string, hint: string, low = 0): NumberSetting => ({
  type: 'number', name, label: `${label}, in %`, hint, low, high: 100, isWhole: false, isPercent: true, isOptional: false, unless: '',
})

const optionalShare = (name: Named, label: string, hint: string, unless: string): NumberSetting => ({ ...share(name, label, hint, 1), isOptional: true, unless })

const toggle = (name: Named, label: string, hint: string): OtherSetting => ({ type: 'switch', name, label, hint })

const one = (value: string, title: string, words: string): Option => ({ value, title, words })
const ofOne = (value: string, title: string, words: string): Option => ({ value, title, words, kinds: ['choice', 'rating', 'pairwise'] })
const ofSets = (value: string, title: string, words: string): Option => ({ value, title, words, kinds: ['multichoice'] })

export const STRATEGIES: readonly Option[] = [
  one('team', 'Team (default)', 'For many people at once: doubtful items, different from one another, rare classes not forgotten.'),
  one('random', 'Random order', 'A seeded shuffle; the model is trained and does not choose.'),
  ofOne('least_confidence', 'Least confident', 'Items whose likeliest class is least likely.'),
  ofOne('margin', 'Smallest margin', 'Items between two classes that are nearly as likely.'),
  ofOne('entropy', 'Most doubt over all classes', 'Items where the probabilities are spread the most (entropy).'),
  ofOne('vote_entropy', 'Committee: split votes', 'Several models vote; items on which their votes are split.'),
  ofOne('consensus_entropy', 'Committee: joint doubt', 'Several models; items of which their mean is in doubt.'),
  ofOne('kl_disagreement', 'Committee: disagreement', 'Several models; items on which they contradict their mean.'),
  ofOne('bald', 'What a label would teach (BALD)', 'Items where knowing the answer tells the most about the model itself.'),
  ofOne('variance_reduction', 'Less variance', 'Items that make the model’s parameters most certain.'),
  ofOne('expected_error_reduction', 'Fewer expected errors', 'Items after which the fewest errors are expected; slow in large pools.'),
  ofOne('badge', 'Doubtful and different (BADGE)', 'A batch that is doubtful and varied, by the gradients it would cause.'),
  ofOne('density_weighted', 'Doubtful and typical', 'Doubtful items that have many others like them.'),
  ofOne('ranked_batch', 'Ranked batch', 'Doubtful items, each far from what was asked before.'),
  ofOne('core_set', 'Cover the pool', 'Items that leave none of the others far from an answered one.'),
  ofOne('rare_class', 'Rare class', 'Items that are likely of the class with the fewest answers.'),
  ofSets('min_confidence', 'Least sure class', 'Items with the class that is least sure.'),
  ofSets('average_confidence', 'Least sure on average', 'Items whose classes are least sure together.'),
  ofSets('max_loss', 'Largest loss', 'Items where the worst class would cost the most.'),
  ofSets('mean_max_loss', 'Largest mean loss', 'Items whose classes would cost the most on average.'),
]

const CLASSIFIERS: readonly Option[] = [
  one('linear', 'Built-in linear model (default)', 'Fast, calibrated; predict/ and download answer for this one only.'),
  one('sklearn.linear_model.LogisticRegression', 'Logistic regression', 'From scikit-learn, with its own settings.'),
  one('sklearn.svm.SVC', 'Support vector machine', 'From scikit-learn, with its own settings.'),
  one('sklearn.ensemble.RandomForestClassifier', 'Random forest', 'From scikit-learn, with its own settings.'),
]

const REPRESENTATIONS: readonly Option[] = [
  one('pool', 'Learned from the project’s own texts (default)', 'Needs nothing else.'),
  one('tfidf', 'Weighted words (TF-IDF)', 'For long texts and technical words.'),
  one('image', 'Images', 'For items that are images.'),
  one('external', 'Uploaded vectors', 'Your own, by vectors/ of the API; items without one wait.'),
]

const SOURCES: readonly Option[] = [
  one('model', 'Querent’s own model (default)', 'The model that is trained here.'),
  one('predictions', 'Uploaded predictions', 'A model outside, by predictions/ of the API, with probabilities.'),
]

const said = (value: 'off' | 'given' | 'shown' | 'verify', kinds?: readonly Kind[]): Option => ({
  value,
  get title() { return t.suggestions.setting[value] },
  get words() { return t.suggestions.setting[`${value}Words`] },
  ...(kinds ? { kinds } : {}),
})

const SUGGESTIONS: Group = {
  get title() { return t.suggestions.setting.title },
  get about() { return t.suggestions.setting.about },
  settings: [
    {
      type: 'choice',
      name: 'suggestions',
      get label() { return t.suggestions.setting.label },
      get hint() { return t.suggestions.setting.always },
      options: [said('off'), said('given'), said('shown', ['choice', 'multichoice']), said('verify', ['choice', 'multichoice', 'rating', 'pairwise'])],
      isOpen: false,
    },
  ],
}

export const GROUPS: readonly Group[] = [
  {
    title: 'How many answers',
    about: 'of how many people, and when an item is done',
    settings: [
      whole('overlap', 'Votes an item', 'How many people answer each item in the ordinary course. Default 1.', 1, 100),
      share('overlap_share', 'Share of items that get them', 'The other items get one vote. Default 100.'),
      whole('max_votes', 'Most votes an item', 'The hard limit, with second opinions for doubtful items. Second opinions begin where it is above the votes an item.', 1, 100),
      share('relabel_rate', 'Second opinions at most', 'The largest share of questions that go to doubtful items again. Default 20.'),
      share('target_confidence', 'Sure enough at', 'Below this an answer counts as doubtful. Default 95.', 50),
    ],
  },
  {
    title: 'What is asked next',
    about: 'the random sample is drawn in either case',
    settings: [
      { type: 'choice', name: 'strategy', label: 'Order of the items', hint: '', options: STRATEGIES, isOpen: false },
      { type: 'choice', name: 'queue_source', label: 'Whose doubt orders the questions', hint: '', options: SOURCES, isOpen: false },
      toggle('cost_aware', 'Weigh by time', 'Prefer items that take less time for the same doubt (by the square root of the seconds).'),
      share('random_rate', 'Random sample', 'Drawn at random and never learned from: the only honest test of the model. Default 10.'),
      share('gold_rate', 'Known answers mixed in', 'Gold items among the others, to see how good people are. Default 3.'),
      optionalShare('predict_to_queue_below', 'Ask people when predict/ is below', 'Texts from outside of which the model is less sure than this come to people, once.', 'never'),
    ],
  },
  SUGGESTIONS,
  {
    title: 'The model',
    about: 'what it reads and how it learns',
    settings: [
      { type: 'choice', name: 'classifier', label: 'Classifier', kinds: ['choice'], hint: 'or the path of another scikit-learn classifier that gives probabilities.', options: CLASSIFIERS, isOpen: true },
      { type: 'json', name: 'classifier_params', kinds: ['choice'], label: 'Settings of the classifier', hint: 'As JSON, for example {"C": 10}; {} for its defaults. The built-in one takes none.' },
      { type: 'choice', name: 'representation', label: 'How items become numbers', hint: 'or encoder:… with a folder or a hub’s name, where the operator allows it.', options: REPRESENTATIONS, isOpen: true },
      optionalShare('target_accuracy', 'Accuracy to reach', 'The advice to stop looks for it.', 'no target'),
    ],
  },
  {
    title: 'People and review',
    about: 'who sees what, for how long',
    settings: [
      whole('lease_seconds', 'Time for an answer, in seconds', 'After this an unanswered item goes to somebody else. Default 900.', 5, 604_800),
      { ...whole('pause_at_odds', 'Pause people at odds of', 'Whoever’s answers look random at these odds to one, say 100, gets no more questions until a manager says so. 0: nobody. Default 0.', 0, 1e9), isWhole: false },
      whole('training_items', 'Training of newcomers, in known answers', 'Annotators who are new begin with so many gold items and are told at once whether they were right. 0: no training. Default 0.', 0, 100),
      share('training_pass_mark', 'Right answers to pass the training', 'Whoever has fewer of them right is asked nothing more until a manager lets the person in, under People. Default 80.'),
      toggle('show_names', 'Annotators see names', 'Of their colleagues, in discussions.'),
      toggle('blind_review', 'Blind review', 'Reviewers do not see who gave which answer.'),
      { ...toggle('spans_overlap', 'Spans may overlap', 'Whether the spans of one answer may overlap.'), kinds: ['spans'] },
    ],
  },
]

/** The groups as a project of this kind knows them. */
export const groupsFor = (kind: Kind): Group[] =>
  GROUPS.map((group) => ({ title: group.title, about: group.about, settings: group.settings.filter((setting) => !setting.kinds || setting.kinds.includes(kind)) }))

export const optionsFor = (setting: ChoiceSetting, kind: Kind): Option[] => setting.options.filter((option) => !option.kinds || option.kinds.includes(kind))

/** What a chosen value means; empty for one that is not ours. */
export const wordsOf = (setting: ChoiceSetting, value: string): string => setting.options.find((option) => option.value === value)?.words ?? ''
