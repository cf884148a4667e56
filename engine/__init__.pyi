# The names of the front, once: `__init__.py` loads them from here, type checkers read it.

from .cli.repeating import (
    run_settings as run_settings,
    train_command as train_command,
)
from .config import (
    CorpusConfig as CorpusConfig,
    CsvConfig as CsvConfig,
    FILTERS as FILTERS,
    FORMER_TOKENIZER as FORMER_TOKENIZER,
    ModelConfig as ModelConfig,
    RowPolicy as RowPolicy,
    SPECIAL_TOKENS as SPECIAL_TOKENS,
    SampleConfig as SampleConfig,
    TokenizerConfig as TokenizerConfig,
    TrainConfig as TrainConfig,
)
from .recipes import (
    RecipeDefaults as RecipeDefaults,
    recipe_defaults as recipe_defaults,
    settle_model as settle_model,
    unsettled as unsettled,
    unsettled_model as unsettled_model,
)
from .control import (
    Notice as Notice,
    RunControl as RunControl,
    StageProgress as StageProgress,
    Ticker as Ticker,
)
from .corpus.build import (
    build_corpus as build_corpus,
    open_prepared_corpus as open_prepared_corpus,
)
from .corpus.kept.cache import (
    CachedCorpora as CachedCorpora,
    ClearedCorpora as ClearedCorpora,
    clear_cached_corpora as clear_cached_corpora,
    corpus_cache_folder as corpus_cache_folder,
    list_cached_corpora as list_cached_corpora,
)
from .corpus.copies import (
    Copy as Copy,
    CopyFinder as CopyFinder,
)
from .corpus.corpus import (
    Corpus as Corpus,
    CorpusReady as CorpusReady,
    CorpusSummary as CorpusSummary,
    SentenceView as SentenceView,
    TokenView as TokenView,
)
from .tokenization.languages import (
    describe_tokenizer as describe_tokenizer,
    known_languages as known_languages,
)
from .corpus.counting.references import (
    ReferenceLosses as ReferenceLosses,
    ReferencesCounted as ReferencesCounted,
)
from .corpus.novelty import (
    Novelty as Novelty,
    held_out_novelty as held_out_novelty,
    novelty as novelty,
)
from .corpus.sample_comments import (
    sample_comments_path as sample_comments_path,
    sample_entropy as sample_entropy,
)
from .corpus.counting.vocabulary_budget import (
    VocabularyBudget as VocabularyBudget,
    VocabularyCost as VocabularyCost,
)
from .corpus.search import find_sentences as find_sentences
from .tokenization.words_preview import (
    WordsPreview as WordsPreview,
    preview_words as preview_words,
)
from .documents.encoding import EncodingReading as EncodingReading
from .documents.reader import (
    CsvPreview as CsvPreview,
    RowProblem as RowProblem,
    inspect_csv as inspect_csv,
)
from .documents.several import inspect_texts as inspect_texts
from .documents.unpacking import UnpackingStoppedError as UnpackingStoppedError
from .errors import (
    ConfigError as ConfigError,
    CorpusError as CorpusError,
    DeviceError as DeviceError,
    DivergedError as DivergedError,
    EngineError as EngineError,
    ExportError as ExportError,
    ModelFileError as ModelFileError,
    RunError as RunError,
)
from .events import Event as Event
from .files.atomic import export_file as export_file
from .language_model.counted_text import (
    count_table as count_table,
    fit_mixture as fit_mixture,
    split_as_trained as split_as_trained,
    unknown_split as unknown_split,
)
from .language_model.checkpoint import (
    load_model as load_model,
    save_model as save_model,
)
from .language_model.formats import (
    can_be_opened as can_be_opened,
    open_model as open_model,
    write_model as write_model,
)
from .scoring.held_out import score_held_out as score_held_out
from .language_model.history import (
    EpochDone as EpochDone,
    LossPoint as LossPoint,
    RateHalved as RateHalved,
    TrainingHistory as TrainingHistory,
)
from .language_model.model import LanguageModel as LanguageModel
from .sampling.completion import complete as complete
from .sampling.next_words import next_words as next_words
from .language_model.ngram import (
    NGramModel as NGramModel,
    count_references as count_references,
)
from .scoring.candidates import score_candidates as score_candidates
from .scoring.percentile import (
    HeldOutScores as HeldOutScores,
    Percentile as Percentile,
)
from .scoring.ranking import (
    Candidate as Candidate,
    CandidatesScored as CandidatesScored,
    RankedCandidate as RankedCandidate,
    RankWeights as RankWeights,
    ScoredCandidate as ScoredCandidate,
    rank as rank,
)
from .scoring.lists import (
    OwnScores as OwnScores,
    candidates_of as candidates_of,
    lines_of as lines_of,
    own_scores_in as own_scores_in,
)
from .scoring.replacement import best_replacement as best_replacement
from .language_model.results import (
    FileScored as FileScored,
    NextWord as NextWord,
    NextWords as NextWords,
    ReplacementFound as ReplacementFound,
    ScoredPart as ScoredPart,
    SentenceGenerated as SentenceGenerated,
    SentenceGrowing as SentenceGrowing,
    SentenceScore as SentenceScore,
    SentenceScored as SentenceScored,
    TableScore as TableScore,
    TextScore as TextScore,
    WordScore as WordScore,
    WordStatistic as WordStatistic,
)
from .sampling.sampler import generate as generate
from .tokenization.vocabulary import (
    SENTENCE_END as SENTENCE_END,
    SENTENCE_START as SENTENCE_START,
    UNKNOWN_TOKEN as UNKNOWN_TOKEN,
)
from .scoring.scored_file import score_file as score_file
from .scoring.scorer import (
    score as score,
    score_by_table as score_by_table,
)
from .scoring.text_scores import score_texts as score_texts
from .network.device import (
    DeviceChoice as DeviceChoice,
    list_devices as list_devices,
)
from .network.gradient_check import (
    GradientReport as GradientReport,
    ParameterCheck as ParameterCheck,
    gradient_check as gradient_check,
)
from .network.reference import RNNNumpy as RNNNumpy
from .network.rnn import RNN as RNN
from .network.torch_startup import (
    load_torch_libraries as load_torch_libraries,
    wait_politely as wait_politely,
)
from .notebook.model import (
    Model as Model,
    fit as fit,
    load as load,
)
from .notebook.reading import (
    Text as Text,
    read as read,
)
from .runs.curve import RunCurve as RunCurve
from .runs.folder import EpochModel as EpochModel
from .runs.info import RunInfo as RunInfo
from .runs.info import know_the_same_words as know_the_same_words
from .runs.naming import name_of_new as name_of_new
from .runs.store import (
    DiskUse as DiskUse,
    EmptiedTrash as EmptiedTrash,
    RunStore as RunStore,
)
from .training.checks import (
    check_gradients as check_gradients,
    time_one_step as time_one_step,
)
from .training.epoch_estimate import estimate_epoch as estimate_epoch
from .training.evaluation import (
    Evaluation as Evaluation,
    evaluate_corpus as evaluate_corpus,
)
from .training.events import (
    CheckpointSaved as CheckpointSaved,
    EpochEstimate as EpochEstimate,
    EpochEstimated as EpochEstimated,
    GradientsChecked as GradientsChecked,
    RunEnded as RunEnded,
    SnapshotPublished as SnapshotPublished,
    StepTime as StepTime,
    StepTimed as StepTimed,
    TrainingStarted as TrainingStarted,
)
from .training.trainer import train as train
