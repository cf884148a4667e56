"""What is known beforehand about the languages: abbreviations, elisions, quotation marks.

Data alone, and how a language and its words are called; `sentence_ends`, `words` and `written`
give it a meaning. A language that is not here is written by the rules that all share, and what
Punkt learns from the text.
"""

from dataclasses import dataclass

from engine.config import TokenizerConfig
from engine.files.records import JsonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationMarks(JsonRecord):
    """The marks of a quotation, and those of a quotation within it."""

    opening: str = "“"
    closing: str = "”"
    inner_opening: str = "‘"
    inner_closing: str = "’"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language writes; abbreviations are in lower case and without their last stop."""

    titles: frozenset[str] = frozenset()  # a name follows: never the end of a sentence
    abbreviations: frozenset[str] = frozenset()  # the end only before a word of `starters`
    endings: tuple[str, ...] = ()  # what any word that ends so is short for: Hauptstr.
    enders: frozenset[str] = frozenset()  # often the last word: the end before any capital
    before_numbers: frozenset[str] = frozenset()  # an abbreviation only before a number
    starters: frozenset[str] = frozenset()  # words that hardly ever follow an abbreviation
    has_ordinals: bool = False  # whether "3." is "third"
    question: str = "?"  # what ends a question, beside ?
    elided: frozenset[str] = frozenset()  # what an apostrophe ends: l', dell'
    unsplit: frozenset[str] = frozenset()  # words with an apostrophe that stay whole
    clipped: frozenset[str] = frozenset()  # words that an apostrophe begins or ends: 'em, po'
    marks: QuotationMarks = QuotationMarks()
    blank_before: str = ""  # marks that a blank precedes
    glued_after: str = ""  # marks that stand close to what follows
    glued: str = ""  # marks with no blank on either side


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_GERMAN_MARKS = QuotationMarks(opening="„", closing="“", inner_opening="‚", inner_closing="‘")
_GUILLEMETS = QuotationMarks(opening="«", closing="»", inner_opening="“", inner_closing="”")
_RUSSIAN_MARKS = QuotationMarks(opening="«", closing="»", inner_opening="„", inner_closing="“")
_POLISH_MARKS = QuotationMarks(opening="„", closing="”", inner_opening="‚", inner_closing="’")
_SWEDISH_MARKS = QuotationMarks(opening="”", closing="”", inner_opening="’", inner_closing="’")
_CATALAN_ELIDED = _words("l d m t s n")
_FRENCH_ELIDED = _CATALAN_ELIDED | _words("j c qu jusqu lorsqu puisqu quoiqu presqu")

LANGUAGES = {
    "en": Language(
        titles=_words(
            "mr mrs ms mx dr prof rev hon gen col lt sgt capt cmdr maj adm gov sen rep pres messrs",
            "fr supt insp pvt cpl st mt",
        ),
        abbreviations=_words(
            "vs cf e.g i.e eg ie viz approx esp dept est ed eds vol ft oz lb lbs u.s u.k u.n d.c",
            "ph.d m.d b.a m.a a.m p.m a.d b.c ave blvd rd govt al incl max min",
        ),
        enders=_words("etc jr sr inc ltd co corp llc bros"),
        before_numbers=_words(
            "no nos fig figs p pp art sec ch jan feb mar apr jun jul aug sep sept oct nov dec ca"
        ),
        starters=_words(
            "the a an he she it they we you i this that these those there his her its their our my",
            "and but so then when if in on at as for what why how who where after before yes no",
            "however meanwhile some many most all now today",
        ),
        glued="—",
        clipped=_words("'em 'tis 'twas 'til 'till 'cause 'bout 'round 'n' 'n 'nuff 'kay"),
    ),
    "de": Language(
        titles=_words("dr prof hr fr frl dipl ing st hl med phil rer nat jur"),
        abbreviations=_words(
            "z b d h u a o ä v c mult chr s z.b d.h u.a o.ä i.d.r z.t s.o s.u bzw ca vgl evtl ggf",
            "inkl exkl zzgl bspw sog str tel abs aufl bd ders dgl ebd geb gest jh jhd mio mrd tsd",
            "max min mind nr nrn abb gem insb lt od resp röm rd vs zt allg amtl bes betr bez dt",
            "engl frz griech lat jan feb mrz apr jun jul aug sep sept okt nov dez e.v",
        ),
        endings=("str",),
        enders=_words("usw etc u.s.w uvm usf"),
        before_numbers=_words("art s kap ziff p jan mo di mi do sa so min"),
        starters=_words(
            "der die das ein eine er sie es wir ich ihr man dies diese dieser dieses dann danach",
            "aber und auch da dort hier heute gestern morgen im am in auf bei mit nach seit wenn",
            "als wie was wer wo warum nun jetzt so nein ja sein seine ihre mein meine unser",
        ),
        has_ordinals=True,
        marks=_GERMAN_MARKS,
        blank_before="%",
    ),
    "fr": Language(
        titles=_words("m mm mme mmes mlle mlles dr pr prof me mgr st ste vve"),
        abbreviations=_words(
            "cf ex env av bd boul tél p.ex c.-à-d c.à.d j.-c apr éd chap vol dept janv févr avr",
            "juil sept oct nov déc hab min max",
        ),
        enders=_words("etc"),
        before_numbers=_words("no nos n p pp art fig"),
        starters=_words(
            "le la les un une il elle ils elles on nous vous je tu ce cette ces mais et puis alors",
            "donc quand si dans en pour ici hier non oui c'est l'",
        ),
        elided=_FRENCH_ELIDED,
        unsplit=_words("aujourd'hui quelqu'un quelqu'une prud'homme prud'hommes presqu'île"),
        marks=_GUILLEMETS,
        blank_before="!?;:»%",
    ),
    "es": Language(
        titles=_words(
            "ee sr sra srta sres sras d dª dña dr dra prof profa lic ing gral cap sto sta fr"
        ),
        abbreviations=_words(
            "p uu p.ej ej pág págs núm ee.uu aprox avda av c cía dpto tel teléf cf vol ed ud uds",
            "vd vds s.a a.c d.c admón izq dcha máx mín",
        ),
        enders=_words("etc"),
        before_numbers=_words("no p pp art fig cap"),
        starters=_words(
            "el la los las un una él ella ellos yo tú nosotros usted este esta eso pero y entonces",
            "cuando si en por para hoy ayer no sí se su sus",
        ),
        marks=_GUILLEMETS,
        blank_before="%",
        glued_after="—",
    ),
    "it": Language(
        titles=_words(
            "sig sigg sig.ra sig.na sigra dott dott.ssa prof prof.ssa ing avv arch geom mons s ss"
        ),
        abbreviations=_words("es p.es cfr ca pag pagg vol cap tel num a.c d.c s.p.a s.r.l v ed"),
        enders=_words("ecc etc"),
        before_numbers=_words("n p pp art fig"),
        starters=_words(
            "il lo la i gli le un una lui lei noi voi loro io questo questa ma e poi quando se in",
            "per oggi ieri non sì si ora",
        ),
        elided=_words(
            "l un dell all dall nell sull coll quell quest c d m t s v n gl bell sant dov com cos",
            "mezz tutt anch senz nient qualcun ciascun nessun buon grand pover quant degl dagl",
            "sull vent trent quarant cent",
        ),
        clipped=_words("po' mo' di' fa' va' sta' da' be' de' ne' co' a' to' gua'"),
        marks=_GUILLEMETS,
    ),
    "pt": Language(
        titles=_words("ee sr sra srta srs d dr dra prof profa eng exmo exma"),
        abbreviations=_words(
            "p.ex ex pág págs núm av r tel cf vol ed aprox séc cia ltda s.a a.c d.c"
        ),
        enders=_words("etc"),
        before_numbers=_words("no n p pp art fig"),
        starters=_words(
            "o a os as um uma ele ela eles eu nós você este esta isso mas e então quando se em por",
            "para hoje ontem não sim",
        ),
    ),
    "nl": Language(
        titles=_words("dhr mevr mw mr dr drs ir prof ing ds st"),
        abbreviations=_words(
            "bijv b.v bv d.w.z dwz o.a oa m.a.w nl t.a.v i.p.v ca blz vgl evt tel resp excl incl",
            "max min jl st n.a.v a.u.b z.s.m",
        ),
        enders=_words("enz etc"),
        before_numbers=_words("nr p art fig"),
        starters=_words(
            "de het een hij zij ze wij we ik jij je u dit dat deze die maar en toen als in op voor",
            "vandaag gisteren nee ja er zijn haar",
        ),
        clipped=_words("'s 't 'n 'k 'm 'r"),
    ),
    "ru": Language(
        titles=_words("г-н г-жа гг гр проф акад д-р св им ул пр пл пер"),
        abbreviations=_words(
            "т т.е т.к т.н е к н э г с стр рис табл см ср напр тыс млн млрд ок руб коп кг км обл",
            "р-н корп кв тел факс н.э до.н.э авг янв февр апр окт нояб дек",
        ),
        enders=_words("др пр гг д п т.д т.п"),
        before_numbers=_words("ст гл"),
        starters=_words(
            "он она оно они мы вы я ты это этот эта но и а в на по когда если там тут здесь потом",
            "затем так все всё нет да",
        ),
        marks=_RUSSIAN_MARKS,
        blank_before="%",
    ),
    "uk": Language(
        titles=_words("п пп проф акад ім вул просп пл св гр"),
        abbreviations=_words(
            "т т.зв ін напр див рис табл тис млн млрд грн коп обл р рр м с стор див н.е ст"
        ),
        enders=_words("ін"),
        starters=_words(
            "він вона воно вони ми ви я ти це цей ця але і й та в у на коли якщо там тут потім так",
            "усі все ні",
        ),
        marks=_RUSSIAN_MARKS,
        blank_before="%",
    ),
    "pl": Language(
        titles=_words("dr prof mgr inż hab ks św gen płk kpt por im ul al pl os p"),
        abbreviations=_words(
            "np m.in tzn tj tzw ok wg por r w godz min tys mln mld zł gr str rys tab ww jw pt ds",
            "red wyd nr tel woj pow",
        ),
        enders=_words("itd itp etc"),
        starters=_words(
            "on ona ono oni my wy ja ty to ten ta te ale i a w na po kiedy gdy jeśli tam tu potem",
            "tak nie wszystko",
        ),
        has_ordinals=True,
        marks=_POLISH_MARKS,
    ),
    "cs": Language(
        titles=_words("dr prof mgr ing bc doc mudr judr rndr p sv gen plk"),
        abbreviations=_words(
            "např tj tzv resp cca č str obr tab r s m mj mil mld tis kč ul nám tel hod min max vs",
            "př n.l",
        ),
        enders=_words("atd apod aj"),
        starters=_words(
            "on ona ono oni my vy já ty to ten ta ale a v na po když pokud tam tu pak tak ne ano",
            "je byl byla",
        ),
        has_ordinals=True,
        marks=_GERMAN_MARKS,
    ),
    "sv": Language(
        titles=_words("hr fr dr prof st kapten"),
        abbreviations=_words(
            "t.ex t ex bl.a bl d.v.s dvs d.ä d.y f.d fr.o.m t.o.m m.a.p s.k ca kl jfr nr sid ung",
            "inkl exkl kr milj resp p.g.a pga tel",
        ),
        enders=_words("osv etc m.m mm o.s.v"),
        starters=_words(
            "han hon den det de vi ni jag du detta men och då när om i på där här sedan nej ja en",
            "ett",
        ),
        marks=_SWEDISH_MARKS,
    ),
    "da": Language(
        titles=_words("hr fr dr prof sct"),
        abbreviations=_words("f.eks fx bl.a dvs d.v.s ca kl jf nr s inkl ekskl kr mio mia pga tlf"),
        enders=_words("osv etc m.m mv m.v"),
        starters=_words(
            "han hun den det de vi i jeg du men og da når hvis på der her så nej ja en et"
        ),
        has_ordinals=True,
        marks=QuotationMarks(opening="»", closing="«", inner_opening="›", inner_closing="‹"),
    ),
    "tr": Language(
        titles=_words("dr prof doç av sn hz gen alb yzb"),
        abbreviations=_words("örn bkz yy cad sok mah apt tel no s ör çev haz m.ö m.s"),
        enders=_words("vs vb"),
        starters=_words("o bu şu biz siz ben sen onlar ama ve fakat sonra çünkü bir hayır evet"),
        has_ordinals=True,
    ),
    "ca": Language(
        titles=_words("sr sra dr dra prof st sta"),
        enders=_words("etc"),
        elided=_CATALAN_ELIDED,
        marks=_GUILLEMETS,
    ),
    "fi": Language(enders=_words("jne ym yms"), has_ordinals=True, marks=_SWEDISH_MARKS),
    "hu": Language(enders=_words("stb"), has_ordinals=True, marks=_POLISH_MARKS),
    "ar": Language(abbreviations=_words("د أ م ص ت هـ"), marks=_GUILLEMETS),
    "fa": Language(marks=_GUILLEMETS),
    "hi": Language(titles=_words("डॉ श्री पं प्रो स्व कु"), before_numbers=_words("पृ सं क्र")),
    "el": Language(
        titles=_words("κ κα κος δρ καθ αγ"),
        abbreviations=_words("π.χ δηλ βλ σελ αρ τηλ μ.μ π.μ μ.χ π.χ"),
        enders=_words("κλπ κ.λπ κτλ κ.ά"),
        question=";",
        marks=_GUILLEMETS,
    ),
}
_NAMES = {
    "af": "Afrikaans", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic",
    "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "la": "Latin", "lo": "Lao", "lt": "Lithuanian",
    "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip
_UNCASED = _words("am ar bn bo fa gu he hi ja ka km kn ko lo ml mr my ne pa si ta te th ur zh")
_OTHER = Language()


def language(code: str) -> Language:
    """Return what is known of a language, such as "de"; for others, what all share."""
    return LANGUAGES.get(code, _OTHER)


def language_name(code: str) -> str:
    """Return the English name of a language, such as "German"."""
    return _NAMES.get(code, code or "an unknown language")


def known_languages() -> dict[str, str]:
    """Return the names of the languages that are recognised, by their codes, in their order."""
    return dict(sorted(_NAMES.items(), key=lambda item: item[1]))


def describe_tokenizer(config: TokenizerConfig) -> str:
    """Return a phrase for the user, such as "German, cased"."""
    name = language_name(config.language) if config.language else "Language not recognised"
    if config.language == "auto":
        name = "Language as detected"
    match config.name:
        case "tutorial":
            how = "NLTK's words in lower case"
        case "words" if config.language not in _UNCASED:
            how = "in lower case" if config.lower_case else "cased"
        case "words":
            how = ""
        case "whitespace":
            how = "words as they stand between blanks"
            if config.unknown_word:
                how += f", {config.unknown_word} for unknown ones"
        case "characters":
            how = "each character a word"
        case _:
            how = "words as suits the text"
    merged = " and ".join(
        what
        for what, is_wanted in (("numbers", config.merge_numbers), ("links", config.merge_links))
        if is_wanted
    )
    return ", ".join(filter(None, (name, how, f"{merged} merged" if merged else "")))
