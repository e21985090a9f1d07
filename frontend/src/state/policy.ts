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
  type: 'number', name, label: t.members.inPercent(label), hint, low, high: 100, isWhole: false, isPercent: true, isOptional: false, unless: '',
})

const optionalShare = (name: Named, label: string, hint: string, unless: string): NumberSetting => ({ ...share(name, label, hint, 1), isOptional: true, unless })

const toggle = (name: Named, label: string, hint: string): OtherSetting => ({ type: 'switch', name, label, hint })

const one = (value: string, title: string, words: string): Option => ({ value, title, words })
const ofOne = (value: string, title: string, words: string): Option => ({ value, title, words, kinds: ['choice', 'rating', 'pairwise'] })
const ofSets = (value: string, title: string, words: string): Option => ({ value, title, words, kinds: ['multichoice'] })

const strategies = (): Option[] => [
  one('team', t.members.teamDefault, t.members.forManyPeopleAt),
  one('random', t.members.randomOrder, t.members.aSeededShuffleThe),
  ofOne('least_confidence', t.members.leastConfident, t.members.itemsWhoseLikeliestClass),
  ofOne('margin', t.members.smallestMargin, t.members.itemsBetweenTwoClasses),
  ofOne('entropy', t.members.mostDoubtOverAll, t.members.itemsWhereTheProbabilities),
  ofOne('vote_entropy', t.members.committeeSplitVotes, t.members.severalModelsVoteItems),
  ofOne('consensus_entropy', t.members.committeeJointDoubt, t.members.severalModelsItemsOf),
  ofOne('kl_disagreement', t.members.committeeDisagreement, t.members.severalModelsItemsOn),
  ofOne('bald', t.members.whatALabelWould, t.members.itemsWhereKnowingThe),
  ofOne('variance_reduction', t.members.lessVariance, t.members.itemsThatMakeThe),
  ofOne('expected_error_reduction', t.members.fewerExpectedErrors, t.members.itemsAfterWhichThe),
  ofOne('badge', t.members.doubtfulAndDifferentBadge, t.members.aBatchThatIs),
  ofOne('density_weighted', t.members.doubtfulAndTypical, t.members.doubtfulItemsThatHave),
  ofOne('ranked_batch', t.members.rankedBatch, t.members.doubtfulItemsEachFar),
  ofOne('core_set', t.members.coverThePool, t.members.itemsThatLeaveNone),
  ofOne('rare_class', t.members.rareClassFirst, t.members.itemsThatAreLikely),
  ofSets('min_confidence', t.members.leastSureClass, t.members.itemsWithTheClass),
  ofSets('average_confidence', t.members.leastSureOnAverage, t.members.itemsWhoseClassesAre),
  ofSets('max_loss', t.members.largestLoss, t.members.itemsWhereTheWorst),
  ofSets('mean_max_loss', t.members.largestMeanLoss, t.members.itemsWhoseClassesWould),
]

const classifiers = (): Option[] => [
  one('linear', t.members.builtInLinearModel, t.members.fastCalibratedPredictAnd),
  one('sklearn.linear_model.LogisticRegression', t.members.logisticRegression, t.members.fromScikitLearnWith),
  one('sklearn.svm.SVC', t.members.supportVectorMachine, t.members.fromScikitLearnWith),
  one('sklearn.ensemble.RandomForestClassifier', t.members.randomForest, t.members.fromScikitLearnWith),
]

const representations = (): Option[] => [
  one('pool', t.members.learnedFromTheProjects, t.members.needsNothingElse),
  one('tfidf', t.members.weightedWordsTfIdf, t.members.forLongTextsAnd),
  one('image', t.members.images, t.members.forItemsThatAre),
  one('external', t.members.uploadedVectors, t.members.yourOwnByVectors),
]

const sources = (): Option[] => [
  one('model', t.members.querentsOwnModelDefault, t.members.theModelThatIs),
  one('predictions', t.members.uploadedPredictions, t.members.aModelOutsideBy),
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

/** Made anew each time: the words change with the language. */
export const groups = (): Group[] => [
  { title: t.members.pauseOfTheProject, about: t.members.forAHolidayOr, settings: [toggle('paused', t.members.projectPaused, t.members.nobodyIsAsked)] },
  {
    title: t.members.howManyAnswers,
    about: t.members.ofHowManyPeople,
    settings: [
      whole('overlap', t.members.answersAnItem, t.members.howManyPeopleAnswer, 1, 100),
      share('overlap_share', t.members.shareOfItemsThat, t.members.theOtherItemsGet),
      whole('max_votes', t.members.mostAnswersAnItem, t.members.theHardLimitWith, 1, 100),
      share('relabel_rate', t.members.secondOpinionsAtMost, t.members.theLargestShareOf),
      share('target_confidence', t.members.sureEnoughAt, t.members.belowThisAnAnswer, 50),
    ],
  },
  {
    title: t.members.whatIsAskedNext,
    about: t.members.theRandomSampleIs,
    settings: [
      { type: 'choice', name: 'strategy', label: t.members.orderOfTheItems, hint: '', options: strategies(), isOpen: false },
      { type: 'choice', name: 'queue_source', label: t.members.whoseDoubtOrdersThe, hint: '', options: sources(), isOpen: false },
      toggle('cost_aware', t.members.weighByTime, t.members.preferItemsThatTake),
      share('random_rate', t.members.randomSample, t.members.drawnAtRandomAnd),
      share('gold_rate', t.members.knownAnswersMixedIn, t.members.goldItemsAmongThe),
      optionalShare('predict_to_queue_below', t.members.askPeopleWhenPredict, t.members.textsFromOutsideOf, t.members.never),
    ],
  },
  SUGGESTIONS,
  {
    title: t.members.theModel,
    about: t.members.whatItReadsAnd,
    settings: [
      { type: 'choice', name: 'classifier', label: t.members.classifier, kinds: ['choice'], hint: t.members.orThePathOf, options: classifiers(), isOpen: true },
      { type: 'json', name: 'classifier_params', kinds: ['choice'], label: t.members.settingsOfTheClassifier, hint: t.members.asJsonForExample },
      { type: 'choice', name: 'representation', label: t.members.howItemsBecomeNumbers, hint: t.members.orEncoderWithA, options: representations(), isOpen: true },
      optionalShare('target_accuracy', t.members.accuracyToReach, t.members.theAdviceToStop, t.members.noTarget),
    ],
  },
  {
    title: t.members.peopleAndReview,
    about: t.members.whoSeesWhatFor,
    settings: [
      whole('lease_seconds', t.members.timeForAnAnswer, t.members.afterThisAnUnanswered, 5, 604_800),
      { ...whole('pause_at_odds', t.members.pausePeopleAtOdds, t.members.whoeversAnswersLookRandom, 0, 1e9), isWhole: false },
      whole('training_items', t.members.trainingOfNewcomersIn, t.members.annotatorsWhoAreNew, 0, 100),
      share('training_pass_mark', t.members.rightAnswersToPass, t.members.whoeverHasFewerOf),
      toggle('show_names', t.members.annotatorsSeeNames, t.members.ofTheirColleaguesIn),
      toggle('blind_review', t.members.blindReview, t.members.reviewersDoNotSee),
      { ...toggle('spans_overlap', t.members.spansMayOverlap, t.members.whetherTheSpansOf), kinds: ['spans'] },
    ],
  },
]

/** The groups as a project of this kind knows them. */
export const groupsFor = (kind: Kind): Group[] =>
  groups().map((group) => ({ title: group.title, about: group.about, settings: group.settings.filter((setting) => !setting.kinds || setting.kinds.includes(kind)) }))

export const optionsFor = (setting: ChoiceSetting, kind: Kind): Option[] => setting.options.filter((option) => !option.kinds || option.kinds.includes(kind))

/** What a chosen value means; empty for one that is not ours. */
export const wordsOf = (setting: ChoiceSetting, value: string): string => setting.options.find((option) => option.value === value)?.words ?? ''
