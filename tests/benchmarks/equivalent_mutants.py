"""Mutants that no test can notice, by module, each with the reason.

The text is what `mutation` prints after the number of the line.
"""

_SPEED = "either way gives the same numbers; only the time differs"
_LIMIT = "a bound of memory: one more or less is as good"
_FLAG = "the default is for systems that lack this flag"

_GIVEN = "inspect_csv gives every field; the defaults are for fakes in tests"

_HOPELESS = "the first block is 1 sentence, the second 31: there is none between"
_AT_THE_BOUND = "half of what a float can hold: a number at the bound is as safe as one below"
_V_BOUND, _U_BOUND = "H * largest['V']", "largest['U'] + H * largest['W']"
_NUMBERED = "any number will do that no two pairs have in common"
_WHOLE_WAY = "if bptt_truncate >= batch.longest - 1 and batch.longest > 8:"
_SWEEPS = "for _ in range(min(bptt_truncate, batch.longest - 1)):"
_PAIRS = "pairs = state * (int(x.max()) + 1) + x[rows]"
_FILLED = "(words - len(s)) * _FILLED_SHARE"
_LINES = "head.count('\\n') + head.count('\\r')"
_IF_MANY = 'if \'"\' not in head and head.count("\\n") + head.count("\\r") >= _MANY_LINES:'
_CLAIMED = "sum((member.file_size for member in members))"
_IN_RANGE = "return float(low) > math.sqrt(limits.tiny) and float(high) < math.sqrt(limits.max)"

EQUIVALENT: dict[str, dict[str, str]] = {
    "documents/csv_rows": {
        "CsvRows.__init__: 2147483647 -> 2147483648   in   csv.field_size_limit(0x7FFF_FFFF)": (
            "any limit that no row can reach will do"
        ),
        "module: 32 -> 33   in   _LONGEST_ROW = 32 << 20": _LIMIT,
        "_Feed.__init__: 0 -> 1   in   self._row_characters = 0": (
            "begin_row sets it before the first line is read"
        ),
        "module: 20 -> 21   in   _LONGEST_ROW = 32 << 20": _LIMIT,
        "_Feed.begin_row: 0 -> 1   in   self._row_characters = 0": _LIMIT,
        "_Feed.begin_again: 0 -> 1   in   self._row_characters = 0": _LIMIT,
        "CsvRows._rows: feed.skip_blank_lines() -> pass": _SPEED,
    },
    "documents/layout/blank_lines": {
        "moved_rows: 0 -> 1   in   lines, shifts = [0], [0]": "lines are numbered from 1",
    },
    "documents/layout/detection": {
        "module: 5 -> 6   in   _NOTES = 5": _LIMIT,
        "module: 32 -> 33   in   _LONGEST_ROW = 32 << 20": _LIMIT,
        "module: 20 -> 21   in   _LONGEST_ROW = 32 << 20": _LIMIT,
        "module: 8 -> 9   in   _SAMPLE_BYTES = (SAMPLE_BYTES, 8 * SAMPLE_BYTES)": _LIMIT,
        **{
            f"{place}: {change}   in   {text}": "looking at the rows themselves tells the same"
            for place, change, text in (
                ("module", "1000 -> 1001", "_MANY_LINES = 1000"),
                ("_end_of", f"{_LINES} >= _MANY_LINES -> {_LINES} > _MANY_LINES", _IF_MANY),
                ("_end_of", f"{_LINES} -> {_LINES.replace('+', '-')}", _IF_MANY),
            )
        },
        "Layout._without_notes: len(header) > 1 -> len(header) >= 1   in   "
        "is_first, is_table, header_line = True, len(header) > 1, self.header_line": (
            "a total has two columns: is_total asks for them, too"
        ),
        "examine: break -> pass": "a whole file is read once more, with the same result",
        "_shape: 0 -> 1   in   "
        "while end > len(body) - _NOTES and end > 0 and sure.is_note(body[end - 1]):": (
            "a table of nothing but a total has no row that this could be told by"
        ),
    },
    "documents/layout/further_on": {
        "module: 14 -> 15   in   _ENOUGH = 1 << 14": _LIMIT,
        "module: 200 -> 201   in   _PIECE_ROWS = 200": _LIMIT,
        "_share_in: 1.0 -> 2.0   in   "
        "shares.append(max((share for share in told if share is not None), default=1.0))": (
            "the smallest share counts, and 1.0 is among them"
        ),
    },
    "documents/reader": {
        "CsvPreview: 0 -> 1   in   undecodable_bytes: int = 0": _GIVEN,
        "CsvPreview: 0 -> 1   in   control_characters: int = 0": _GIVEN,
        "CsvPreview: 0 -> 1   in   entities: int = 0": _GIVEN,
        "CsvPreview: True -> False   in   is_quoted: bool = True": _GIVEN,
        "CsvPreview: False -> True   in   are_entities_decoded: bool = False": _GIVEN,
        "CsvPreview: 0 -> 1   in   lines_above: int = 0": _GIVEN,
        "DocumentReader.refuse: 0 -> 1   in   "
        "def refuse(self, line: int, reason: str, text: str, _file: int = 0) -> None:": (
            "where the text is one file, nobody looks at its number"
        ),
        "module: 10000 -> 10001   in   MOST_PROBLEMS = 10_000": _LIMIT,
    },
    "files/atomic": {
        "remove_leftovers: 0 -> 1   in   "
        'descriptor = os.open(leftover, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))': _FLAG,
        "_create_temporary: 0 -> 1   in   "
        'flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)': _FLAG,
        "module: 4096 -> 4097   in   _TRIED_BYTES = 4096": _LIMIT,
        "try_to_write: 384 -> 385   in   "
        "temporary, descriptor = _create_temporary(folder, 0o600)": "it is gone at once",
    },
    "files/tensors": {
        "TensorFileReader.read: False -> True   in   "
        'native: Array = array.astype(array.dtype.newbyteorder("="), copy=False)': _SPEED,
    },
    "language_model/checkpoint": {
        "_library_versions: continue -> pass": "nothing follows it in the loop",
    },
    "language_model/parts": {
        f"demand_usable: {_V_BOUND} <= limit -> {_V_BOUND} < limit   in   "
        'demand(H * largest["V"] <= limit, '
        "\"'V' holds numbers so large that their sums overflow\")": _AT_THE_BOUND,
        f"demand_usable: {_U_BOUND} <= limit -> {_U_BOUND} < limit   in   "
        'largest["U"] + H * largest["W"] <= limit,': _AT_THE_BOUND,
        "_length: 0 -> 1   in   return 0 if info is None else (info.shape or (0,))[0]": (
            "a file that lacks the tensor, or whose tensor has no axis, is refused right after"
        ),
    },
    "runs/folder": {
        "RunFolder.open_events: 1 -> 2   in   "
        'if os.read(descriptor, 1) != b"\\n":': "one byte is left to be read",
    },
    "sampling/filters": {
        "module: 1 << 20 -> 1 >> 20   in   SCORES_AT_ONCE = 1 << 20": _SPEED,
        "FilteredChooser._choose: 1 -> 2   in   target = torch.tensor(uniforms, "
        "dtype=torch.float64, device=states.device) * sums[:, -1]": (
            "the last word is the unknown one, which is never drawn"
        ),
    },
    "sampling/sampler": {
        "module: 64 -> 65   in   _CELL = 64": _SPEED,
        "module: 500 -> 501   in   MAX_TRIES = 500": _LIMIT,
        "module: 3 -> 4   in   _HOPELESS = 3": _HOPELESS,
        "_draw: left_out == asked >= _HOPELESS -> left_out == asked > _HOPELESS   in   "
        "if left_out == asked >= _HOPELESS:": _HOPELESS,
        "module: 128 -> 129   in   _BLOCK = 128": _SPEED,
        "module: 64 -> 65   in   _DRAWS_AT_ONCE = 64": _SPEED,
        "_way_to_choose: 0.0 -> 1.0   in   if model.mixture is None and "
        "not config.filters_words and config.temperature > 0.0:": _SPEED,
        "WordChooser.__init__: 1 -> 2   in   "
        'threads = torch.get_num_threads() if rnn.device.type == "cpu" else 1': _SPEED,
        "WordChooser.__init__: -C // _CELL -> -C * _CELL   in   "
        "self._blocks = min(threads, -(-C // _CELL))": _SPEED,
        "WordChooser.__init__: place < in_block -> place <= in_block   in   "
        "if place < in_block:": "a slice of nothing more",
        "WordChooser.__init__: 0 -> 1   in   self._scores = rnn.V.new_empty(0)": _LIMIT,
        "WordChooser._all_scores: len(self._scores) < B * words -> "
        "len(self._scores) <= B * words   in   if len(self._scores) < B * words:": _SPEED,
        "generate: 32 -> 33   in   "
        "seed = secrets.randbits(32) if config.seed is None else config.seed": "any seed will do",
        "WordChooser.__init__: rnn.device.type == 'cpu' -> rnn.device.type != 'cpu'   in   "
        'threads = torch.get_num_threads() if rnn.device.type == "cpu" else 1': _SPEED,
    },
    "sampling/completion": {
        "_scores_after: 1 -> 2   in   state = model.rnn.initial_state(1)": (
            "two rows are the same, and the first is taken"
        ),
    },
    "scoring/scorer": {
        "module: 256 -> 257   in   _CHUNK_WORDS = 256": _LIMIT,
        "_word_score: 0.0 -> 1.0   in   log_probability = min(log_probability, 0.0)": (
            "no sum of exponentials is below its largest term; a guard for other devices"
        ),
    },
    "language_model/tutorial_npz": {
        "_check_shapes: 8192 -> 8193   in   "
        'demand(1 <= H <= 8192 and C > 3, f"U has the shape {(H, C)}")': _LIMIT,
        "_check_shapes: 1 <= H <= 8192 -> 1 <= H < 8192   in   "
        'demand(1 <= H <= 8192 and C > 3, f"U has the shape {(H, C)}")': _LIMIT,
        "module: 20 -> 21   in   _LARGEST_WORD_LIST = 64 << 20": _LIMIT,
        "module: 64 -> 65   in   _LARGEST_WORD_LIST = 64 << 20": _LIMIT,
        f"_read_parameters: {_CLAIMED} <= _LARGEST_RATIO * size -> {_CLAIMED} < "
        "_LARGEST_RATIO * size   in   "
        "sum(member.file_size for member in members) <= _LARGEST_RATIO * size,": _LIMIT,
        "_read_array: False -> True   in   values = npy_format.read_array(member, "
        "allow_pickle=False, max_header_size=_LARGEST_HEADER)": (
            "objects were refused by their header before"
        ),
        "_read_lines: 1 -> 2   in   data = file.read(_LARGEST_WORD_LIST + 1)": (
            "one byte too many tells that there are too many, and so do two"
        ),
    },
    "network/bptt": {
        "module: 2500000 -> 2500001   in   _MOST_FOR_ONE_THREAD = 2_500_000": _SPEED,
        **{
            f"{name}: batch.sentences > 1 -> batch.sentences >= 1   in   if batch.sentences > 1:": (
                "in one sentence, only the row after its last word is taken out, and none is used"
            )
            for name in ("_bring_back", "recurrent_gradient")
        },
        f"_bring_back: batch.longest - 1 -> batch.longest + 1   in   {_SWEEPS}": _SPEED,
        f"_bring_back: batch.longest - 1 -> batch.longest + 1   in   {_WHOLE_WAY}": _SPEED,
        f"_bring_back: batch.longest > 8 -> batch.longest >= 8   in   {_WHOLE_WAY}": _SPEED,
        f"_bring_back: batch.longest > 8 -> batch.longest <= 8   in   {_WHOLE_WAY}": _SPEED,
        f"_bring_back: 8 -> 9   in   {_WHOLE_WAY}": _SPEED,
        "_bring_back: bptt_truncate >= batch.longest - 1 -> bptt_truncate > batch.longest - 1"
        f"   in   {_WHOLE_WAY}": _SPEED,
        "_bring_back: bptt_truncate == 0 or batch.longest == 1 -> "
        "bptt_truncate == 0 and batch.longest == 1   in   "
        "if bptt_truncate == 0 or batch.longest == 1:": _SPEED,
    },
    "network/output_layer": {
        "module: 16 -> 17   in   _FEWEST_WORDS, _MOST_WORDS = 16, 1024": _SPEED,
        "module: 1024 -> 1025   in   _FEWEST_WORDS, _MOST_WORDS = 16, 1024": _SPEED,
        "module: 8 -> 9   in   _FILLED_SHARE = 8": _SPEED,
        "module: 5120000 -> 5120001   in   _CHUNK_VALUES = 5_120_000": _LIMIT,
        "module: 500000 -> 500001   in   _PANEL_VALUES = 500_000": _SPEED,
        "Workspace.__init__: 0 -> 1   in   "
        "self._wide = torch.empty(word_dim, 0, dtype=dtype, device=device)": _LIMIT,
        "Workspace.wide: columns > _NARROW -> columns >= _NARROW   in   "
        "is_worth_it = columns > _NARROW or words >= _MANY_WORDS": "128 columns are full already",
        f"_states: {_FILLED} > len(s) -> {_FILLED} >= len(s)   in   if {_FILLED} > len(s):": (
            "the two are never equal: an eighth more of 8 m words, m < 16, is not aligned"
        ),
        "_are_in_range: float(high) < math.sqrt(limits.max) -> "
        f"float(high) <= math.sqrt(limits.max)   in   {_IN_RANGE}": _SPEED,
        "Workspace.__init__: 0 -> 1   in   "
        "self._values = torch.empty(0, dtype=dtype, device=device)": _LIMIT,
        "_are_in_range: float(low) > math.sqrt(limits.tiny) -> "
        f"float(low) >= math.sqrt(limits.tiny)   in   {_IN_RANGE}": _SPEED,
        "_first_in_same_state: state * (int(x.max()) + 1) + x[rows] -> "
        f"state * (int(x.max()) + 1) - x[rows]   in   {_PAIRS}": _NUMBERED,
        f"_first_in_same_state: 1 -> 2   in   {_PAIRS}": _NUMBERED,
        "_first_in_same_state: break -> pass": _SPEED,
        **{
            f"SharedStates.to: True -> False   in   {name}=self.{name}.to(device, "
            "non_blocking=True),": _SPEED
            for name in ("rows", "of_word", "words")
        },
    },
    "network/score_blocks": {
        "module: 16 -> 17   in   ALIGNED = 16": _SPEED,
        "ScoreBlocks._raise_panels: continue -> pass": _SPEED,
        "ScoreBlocks.__init__: 0 -> 1   in   "
        "self._has_rows_in_one_piece = words % ALIGNED == 0": _SPEED,
        "ScoreBlocks._times: if self._has_rows_in_one_piece -> "
        "if not self._has_rows_in_one_piece   in   if self._has_rows_in_one_piece:": _SPEED,
        "ScoreBlocks.__init__: words % ALIGNED == 0 -> words % ALIGNED != 0   in   "
        "self._has_rows_in_one_piece = words % ALIGNED == 0": _SPEED,
        "ScoreBlocks._view: if self._has_rows_in_one_piece -> "
        "if not self._has_rows_in_one_piece   in   if self._has_rows_in_one_piece:": _SPEED,
        "ScoreBlocks._add_times: if self._has_rows_in_one_piece -> "
        "if not self._has_rows_in_one_piece   in   if self._has_rows_in_one_piece:": _SPEED,
        "ScoreBlocks.__init__: words % ALIGNED -> words * ALIGNED   in   "
        "self._has_rows_in_one_piece = words % ALIGNED == 0": _SPEED,
    },
    "scoring/scored_file": {
        "module: 1000000 -> 1000001   in   _MOST_CHARACTERS = 1_000_000": _LIMIT,
        "_next_rows: 0 -> 1   in   characters += sum(map(len, row[0]))": (
            "a bound of memory: the text alone, or all that stands in the row"
        ),
        "module: 512 -> 513   in   _AT_ONCE = 512": _LIMIT,
        "module: 64 -> 65   in   _WORDS_OF = 64": _LIMIT,
        "_next_rows: characters >= _MOST_CHARACTERS -> characters > _MOST_CHARACTERS   in   "
        "if characters >= _MOST_CHARACTERS:": _LIMIT,
    },
    "scoring/text_scores": {
        "module: 4096 -> 4097   in   _BATCH_WORDS = 4096": _LIMIT,
        "score_texts: 0 -> 1   in   offsets = np.cumsum([0, *map(len, framed)])": (
            "the first sentence is taken for a word shorter where batches are made up"
        ),
    },
    "training/state": {
        "module: 18 -> 19   in   _PIECE = 1 << 18": _LIMIT,
        "module: 1 -> 2   in   _PIECE = 1 << 18": _LIMIT,
    },
}
