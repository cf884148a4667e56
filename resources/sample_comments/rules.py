"""The rules of the sample comments: a grammar without cycles, as readable data.

Only data; `resources.sample_comments.grammar` reads it. A symbol in capitals stands for its
productions, one per line, each after its weight; everything else is a word. A
feature in capitals takes each of its values, the same everywhere in the line:
N and M are sg, pl (number); K and L are a, b (see `words`); G is he, she; R is a
person. That is how a verb agrees with a subject far to its left. Symbols that
have no rule here are classes of words.
"""

FEATURES = {
    "N": ("sg", "pl"),
    "M": ("sg", "pl"),
    "K": ("a", "b"),
    "L": ("a", "b"),
    "G": ("he", "she"),
    "R": ("me", "you", "we", "they", "he", "she"),
}

TOPIC_RULES = """
TOPIC
    72 MAIN END
    18 ASK ?

MAIN
    52 CLAUSE
    16 CLAUSE JOIN WHO:N ACT:N
    8 CLAUSE , JOIN THE:K:N PRED:N
    12 OPENER , CLAUSE
    9 THINK CLAUSE
    10 WHEN , CLAUSE
    9 PAIR
    5 if PRON:R V:K:past THE:K , PRON:R MODAL CV:base it REFL:R
    2 not only BE:N THE:K:N OPINION , but MY PLACE is full of MASS

END
    76 .
    14 !
    3 , right ?
    2 , or is it just me ?
    2 , and i regret nothing at all .
    2 ( do n't ask ) .
    2 , as my KIN:G always says .

CLAUSE
    34 SUBJ:N PRED:N
    34 WHO:N ACT:N
    12 SELF
    16 ADVICE
    4 there 's HOWMUCH MASS PREP MY PLACE
    4 there BE:pl NUMBER ADJ THING:K:pl PREP THEPLACE
    3 HOBBY is DEGREE OPINION
    3 i got into HOBBY NUMBER UNIT:pl ago
    2 HOBBY MODAL make me FEELING

SUBJ:N
    44 THE:K:N
    8 THE:K:N PREP MY PLACE
    8 THE:K:N that MY KIN:G V:K:past
    6 THE:K:N that NAME CV:past
    5 THE:a:N with A:b
    6 DET:N PERSON:N who V:K:past A:K
    5 DET:N DESC PERSON:N PREP THE:K:M

SUBJ:sg
    2 one of THE:K:pl
    3 all this MASS

THE:K:N
    36 DET:N THING:K:N
    27 DET:N DESC THING:K:N
    27 DET:N ADJ THING:K:N
    9 DET:N DESC ADJ THING:K:N

A:K
    9 A THING:K:sg
    9 A DESC THING:K:sg
    8 A ADJ THING:K:sg

THE:K
    10 THE:K:N

OBJ:K
    60 THE:K
    24 A:K
    7 NUMBER THING:K:pl
    5 NUMBER ADJ THING:K:pl
    5 NUMBER DESC THING:K:pl
    5 THE:K:N that NAME gave me

PRED:N
    18 BE:N DEGREE OPINION
    6 BE:N OPINION
    8 BE:N DEGREE OPINION but DEGREE OPINION
    6 BE:N OFTEN OPINION and OPINION
    6 BE:N n't DEGREE OPINION
    8 WAS:N DEGREE OPINION last WHENEVER
    14 OFTEN INTR:N MANNER
    9 DO:N n't INTR:base MANNER
    9 MODAL INTR:base WITHIN NUMBER UNIT:pl
    7 HAVE:N OFTEN INTR:part PREP THEPLACE
    10 LOOK:N DEGREE OPINION
    7 OFTEN MAKE:N MY KIN:G FEELING
    6 OFTEN NEED:N A:K
    6 BE:N less OPINION than A:K
    4 COST:N more than MY EVENT
    3 BE:N what MY NEAR calls `` OPINION ''

WHO:sg
    22 he
    24 she
    22 MY KIN:G
    14 MY NEAR
    20 NAME
    10 DET:sg PERSON:sg
    4 nobody in MY MEMBER

WHO:pl
    50 i
    18 we
    16 they
    12 you
    8 DET:pl PERSON:pl
    6 CROWD
    3 MY KIN:he and NAME

ACT:N
    18 V:K:past OBJ:K
    10 V:K:past OBJ:K MANNER
    12 OFTEN V:K:past OBJ:K
    7 OFTEN CV:past OBJ:K TIME MY EVENT
    9 V:a:past OBJ:a with A:b
    9 V:K:past OBJ:K PREP THEPLACE
    12 CV:past OBJ:K last PERIOD
    14 OFTEN V:K:N OBJ:K
    12 MODAL V:K:base OBJ:K
    7 HAVE:N OFTEN V:K:part OBJ:K
    7 DO:N n't want to V:K:base OBJ:K
    5 HAVE:N to CV:base OBJ:K before MY EVENT
    6 V:K:past OBJ:K and CV:past A:L

THEPLACE
    10 DET:sg PLACE
    5 the DESC PLACE

SELF
    16 PRON:R V:K:past THE:K REFL:R
    9 MY KIN:G CV:past THE:K and then blamed REFL:G
    6 PRON:R taught REFL:R to V:K:base THE:K
    6 MY KIN:G OFTEN V:K:sg THE:K REFL:G
    6 PRON:R bought REFL:R A ADJ THING:K:sg

ADVICE
    9 you MODAL V:K:base OBJ:K before you V:K:base the MASS
    9 never V:K:base OBJ:K without A:K
    8 do n't V:K:base OBJ:K PREP THEPLACE
    9 try V:K:ing OBJ:K MANNER
    5 always ask A PERSON:sg before V:K:ing OBJ:K
    6 V:K:ing OBJ:K MODAL make you FEELING

PAIR
    8 either you V:K:base OBJ:K or you CV:base it
    7 both THE:a:sg and THE:b:sg BE:pl DEGREE OPINION
    7 neither the ADJ THING:K:sg nor the PERSON:sg BE:sg OPINION
    5 the more i V:K:base THE:K , the more i CV:base MY NEAR

OPENER
    10 honestly
    8 well
    7 frankly
    7 luckily
    6 sadly
    5 anyway
    5 to be fair
    4 in my experience
    4 by the way
    3 fun fact
    3 sorry
    2 as far as i can tell
    2 on the other hand
    2 statistically speaking

THINK
    16 i think
    10 i SUSPECT
    8 i 'm sure
    8 MY KIN:G says
    8 NAME told me
    5 everyone knows
    5 DET:sg PERSON:sg SUSPECTED that
    3 it turns out that
    2 rumour has it that

WHEN
    9 if you V:K:base OBJ:K
    8 whenever MY KIN:G V:K:sg OBJ:K
    7 TIME MY EVENT
    5 every single WHENEVER
    5 after NUMBER UNIT:pl of HOBBY
    3 when i was NUMBER
    3 unless you 're A PERSON:sg

ASK
    14 DO:N SUBJ:N INTR:base MANNER
    8 DO:N SUBJ:N CV:base everyone
    14 BE:N SUBJ:N DEGREE OPINION
    12 has anyone V:K:part OBJ:K
    9 how do you V:K:base OBJ:K
    8 how DO:N DET:N DESC PERSON:N V:K:base OBJ:K
    7 why DO:N SUBJ:N make me FEELING
    9 MODAL i V:K:base OBJ:K or CV:base it
    4 what 's the best way to V:K:base OBJ:K
    5 who else OFTEN V:K:sg THE:K
    5 did PRON:R V:K:base THE:K REFL:R
    5 MODAL you V:a:base A:a with A:b
"""

CHAT_RULES = """
CHAT
    10 thanks for MY DEGREE PRAISE POST:sg END
    9 this is the ADJECTIVE DESC POST:sg i have read all UNIT:sg END
    8 i could n't agree more , NAME END
    6 same here , my KIN:G says that every WHENEVER END
    6 that 's exactly what my NEAR told me last PERIOD END
    6 welcome to the forum , NAME , and enjoy the POST:pl !
    5 NAME , you are right and MY KIN:G is wrong about that POST:sg .
    5 does anyone read this before WHENEVER ?
    5 source : my KIN:G .
    5 your POST:sg made my UNIT:sg END
    5 why do CROWD OFTEN CV:base my POST:pl ?
    4 edit : my KIN:G found it PREP the bathroom .
    4 CROWD on the internet can be so OPINION .
    4 please do n't tell my KIN:G about this POST:sg END
    4 i read this POST:sg NUMBER times and i still feel FEELING .
    3 good question , but it 's DEGREE OPINION .
    3 i 'm not A JOB , but this sounds OPINION END

END
    7 .
    3 !

ADJECTIVE
    5 most PRAISE
    3 most OPINION
    2 only PRAISE

JOB
    4 doctor
    4 lawyer
    3 native speaker
    2 robot
    1 morning person
"""

FUNCTION_WORDS = """
A: a
DET:sg: the/46 this/14 that/10 my/20 your/8 our/6 his/6 her/6 their/4 another/6 every/6
DET:pl: the/46 these/12 those/10 my/16 your/8 our/6 his/5 her/5 their/4 some/14 most/6 all/4
MY: my/30 your/12 our/10 his/8 her/8 their/5
PRON:me: i
PRON:you: you
PRON:we: we
PRON:they: they
PRON:he: he
PRON:she: she
REFL:me: myself
REFL:you: yourself
REFL:we: ourselves
REFL:they: themselves
REFL:he: himself
REFL:she: herself
BE:sg: is
BE:pl: are
WAS:sg: was
WAS:pl: were
DO:sg: does
DO:pl: do
HAVE:sg: has
HAVE:pl: have
LOOK:sg: looks/5 seems/4 sounds/3 feels/3 smells/2
LOOK:pl: look/5 seem/4 sound/3 feel/3 smell/2
MAKE:sg: makes
MAKE:pl: make
NEED:sg: needs/3 deserves/2
NEED:pl: need/3 deserve/2
BELONG:sg: belongs
BELONG:pl: belong
COST:sg: costs
COST:pl: cost
SAY:sg: says
SAY:pl: say
"""
