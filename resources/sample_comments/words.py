"""The words of the sample comments: nine classes for each topic, and those of every topic.

Only data; `resources.sample_comments.grammar` gives the words their forms. In a list the first
word is the most common. A noun is written `one` or `one/many`, a verb `base`,
`base+` (the last letter doubles: chop+, chopped) or `base/past/participle`.

Classes of a topic: `a` what the hobby is about, `b` its tools, `mass` nouns
without a plural, `person`, `place`, `hobby`, `va` what people do to an `a`,
`vb` to a `b`, `adj`, and `intr` what an `a` does by itself. No word belongs to
two topics or to a topic and the common list: then a sentence tells its topic.
"""

TOPICS = {
    "cooking": """
        a: pancake potato/potatoes onion sausage noodle omelette pie dumpling muffin biscuit curry
           lasagne meatball pudding waffle lentil casserole pickle mushroom soufflé
        b: saucepan wok oven whisk blender kettle grater ladle spatula toaster sieve fridge apron
           colander teaspoon
        mass: garlic butter cheese flour gravy cinnamon yoghurt parsley
        person: chef baker waiter butcher foodie
        place: kitchen bakery pantry canteen diner cellar
        hobby: cooking baking brunch
        va: fry bake burn/burned/burned taste chop+ boil roast season stir+ devour overcook
        vb: rinse scrub+ preheat grease scour microwave
        adj: spicy crispy homemade soggy salty vegan greasy creamy sour lukewarm mouldy tender
           undercooked gluten-free deep-fried
        intr: sizzle simmer curdle thicken melt ferment
    """,
    "gardening": """
        a: tomato/tomatoes rose cabbage tulip pumpkin hedge cucumber lawn bean orchid sunflower
           cactus/cacti daisy seedling radish/radishes turnip shrub courgette leek beetroot
        b: spade hose wheelbarrow gnome lawnmower flowerpot trowel sprinkler fence scarecrow
           trellis/trellises pitchfork rake sundial birdhouse
        mass: compost manure mulch topsoil moss clover fertiliser rainwater
        person: gardener florist botanist beekeeper landscaper
        place: greenhouse orchard allotment backyard flowerbed meadow
        hobby: gardening composting horticulture
        va: water plant prune harvest sow/sowed/sown trim+ transplant uproot dig/dug/dug repot+
           overwater
        vb: sharpen hammer camouflage erect topple relocate
        adj: muddy leafy thorny overgrown evergreen blooming withered fragrant shady perennial
           slug-eaten stunted frostbitten sunlit self-seeded
        intr: wilt bloom sprout rot+ thrive wither
    """,
    "bicycles": """
        a: bike tandem scooter unicycle tricycle e-bike fixie roadster cruiser trailer recumbent
           rickshaw penny-farthing cargo-bike racer handcycle moped
        b: chain wheel saddle pedal helmet tyre brake pump handlebar spoke pannier mudguard
           derailleur headlight bell
        mass: traffic rubber lubricant tarmac titanium carbon drizzle grit
        person: cyclist mechanic courier pedestrian sprinter
        place: garage workshop tunnel alley velodrome underpass
        hobby: cycling commuting bikepacking
        va: ride/rode/ridden lock overtake/overtook/overtaken steer park dismantle customise hoist
           wreck outrun/outran/outrun
        vb: tighten inflate lubricate adjust replace loosen realign
        adj: rusty squeaky wobbly second-hand lightweight aerodynamic bent reflective stolen
           punctured dented three-speed tubeless folding muddied
        intr: rattle squeak wobble skid+ rust clatter
    """,
    "music": """
        a: song album symphony ballad waltz/waltzes lullaby melody anthem concerto polka sonata
           solo opera riff duet hymn chorus/choruses
        b: guitar violin drum trombone banjo ukulele accordion microphone trumpet flute amplifier
           cello harmonica metronome bagpipe
        mass: jazz reggae vinyl feedback techno rhythm applause bluegrass
        person: drummer pianist conductor soprano bassist
        place: studio nightclub ballroom chapel auditorium jukebox
        hobby: music karaoke busking
        va: sing/sang/sung hum+ record compose rehearse perform whistle memorise transpose yodel
        vb: tune strum+ pluck amplify mute restring/restrung/restrung
        adj: loud catchy off-key acoustic jazzy soulful gloomy rhythmic orchestral baroque tuneless
           syncopated deafening muffled melancholic
        intr: echo/echoed/echoed resonate buzz drone reverberate linger
    """,
    "travel": """
        a: island castle museum village beach cathedral harbour waterfall volcano/volcanoes glacier
           monastery lighthouse bazaar fjord lagoon canyon pyramid temple
        b: suitcase passport ticket map rucksack tent postcard umbrella souvenir compass/compasses
           phrasebook timetable hammock visa sunhat
        mass: luggage sunscreen turbulence sand currency seawater paperwork sightseeing
        person: tourist guide pilot backpacker hitchhiker
        place: airport hotel hostel station embassy desert
        hobby: travelling backpacking camping
        va: visit explore photograph admire tour revisit circle reach sketch bypass
        vb: pack unpack misplace smuggle declare unfold
        adj: crowded scenic remote foreign sunny touristy medieval tropical windswept delayed
           picturesque coastal overbooked uninhabited volcanic
        intr: dazzle crumble flood sink/sank/sunk erupt glisten
    """,
    "computers": """
        a: program website password browser database script spreadsheet backup firewall algorithm
           plugin compiler bug font chatbot webpage
        b: laptop printer keyboard router monitor cable server mouse/mice webcam modem charger
           headset battery touchpad motherboard
        mass: software spam malware bandwidth wifi firmware memory caffeine
        person: programmer hacker sysadmin tester intern
        place: office cubicle repository helpdesk data-centre server-room
        hobby: programming hacking coding
        va: install delete debug+ rewrite/rewrote/rewritten download compile encrypt refactor
           deploy uninstall
        vb: reboot unplug+ upgrade configure overclock reformat+
        adj: buggy outdated wireless open-source virtual self-hosted corrupted laggy bloated
           pixelated proprietary user-friendly binary cross-platform obsolete
        intr: crash freeze/froze/frozen beep overheat stall blink
    """,
    "pets": """
        a: cat puppy hamster rabbit parrot kitten tortoise poodle ferret budgie hedgehog pony
           spaniel iguana gecko terrier guinea-pig
        b: leash/leashes collar cage blanket aquarium kennel hutch/hutches chew-toy muzzle
           litter-box/litter-boxes pet-carrier cat-flap terrarium scratching-post feeding-bowl
        mass: kibble fur catnip straw hay birdseed drool ear-wax
        person: vet breeder groomer dog-sitter zookeeper
        place: barn pet-shop living-room waiting-room shelter doghouse
        hobby: dog-walking bird-watching horse-riding
        va: feed/fed/fed walk cuddle adopt tickle bathe scold spoil tame chase
        vb: vacuum untangle refill fasten unlatch disinfect
        adj: fluffy sleepy stubborn lazy furry jealous cuddly nervous spotted house-trained
           toothless well-behaved drooling three-legged nocturnal
        intr: bark purr snore sulk growl shed+
    """,
    "games": """
        a: puzzle quest dungeon tournament crossword sequel match/matches riddle raid campaign
           boss-fight board-game side-quest cutscene mini-game jigsaw
        b: console controller sword joystick potion shield avatar chessboard card-deck pawn
           power-up loot-box/loot-boxes scoreboard crossbow amulet
        mass: loot stamina mana armour ammunition lag luck gold
        person: gamer streamer opponent referee speedrunner
        place: arcade tavern lobby graveyard swamp throne-room
        hobby: gaming chess speedrunning
        va: finish solve win/won/won skip+ replay conquer survive abandon restart postpone
        vb: equip+ wield shuffle smash enchant calibrate
        adj: addictive retro multiplayer unbeatable legendary turn-based rigged overpowered glitchy
           epic cooperative unfinished hand-drawn pay-to-win button-mashing
        intr: backfire escalate unravel expire fizzle misfire
    """,
}

COMMON = {
    "KIN:he": """brother father uncle husband grandfather son nephew boyfriend stepfather godfather
        grandson brother-in-law""",
    "KIN:she": """sister mother aunt wife grandmother daughter niece girlfriend stepmother godmother
        granddaughter mother-in-law""",
    "NEAR": """neighbour boss flatmate dentist cousin landlord therapist teacher lawyer accountant
        landlady twin doctor colleague hairdresser ex guru plumber bank priest""",
    "NAME": """anna tom priya oscar ling fatima hugo ingrid mateo zoe kwame olga ben yuki carlos
        nadia sven amara leo chloe ivan mei rosa omar freya dmitri aisha felix lucia bruno nina
        pedro ahmed greta jonas clara hiro maya stefan ines tariq wanda pablo edith""",
    "CV": """buy/bought/bought lose/lost/lost find/found/found love sell/sold/sold borrow hate
        hide/hid/hidden recommend break/broke/broken repair need forget/forgot/forgotten test miss
        return steal/stole/stolen measure ignore rename inherit describe like trust carry paint
        weigh destroy decorate lend/lent/lent respect understand/understood/understood
        choose/chose/chosen defend judge finance salute photocopy display appreciate""",
    "OPINION": """great terrible beautiful overrated useless wonderful expensive boring amazing
        awful dangerous underrated ridiculous perfect pointless suspicious harmless confusing
        impressive fragile famous illegal mysterious romantic unnecessary heavy difficult weird
        important popular reliable clean healthy dramatic educational noisy annoying relaxing
        poisonous magnificent poetic sticky radioactive haunted edible sweet serious soft safe
        normal lucky fashionable honourable ordinary charming disappointing hilarious irresistible
        therapeutic unpredictable""",
    "DESC": """old new broken favourite big tiny cheap enormous red ugly little blue first second
        last strange green fancy ancient yellow spare rare invisible wooden plastic purple golden
        fake electric square pink german silver imaginary japanese loose empty black white grey
        round mini orange decent smart modern pricey""",
    "FEELING": """happy angry proud tired nostalgic hungry calm sad dizzy uncomfortable sentimental
        optimistic speechless rich sick brave lonely guilty religious patriotic""",
    "DEGREE": """really very so quite too rather surprisingly pretty incredibly slightly
        ridiculously absolutely extremely strangely deeply almost suspiciously hardly truly
        alarmingly probably unbelievably obviously remarkably weirdly officially""",
    "OFTEN": """always usually often sometimes never rarely secretly constantly still suddenly
        finally actually already accidentally only""",
    "NUMBER": "two three four five six seven twelve twenty forty several ten eight thirty ninety",
    "MANNER": """slowly carefully quickly badly quietly nicely properly again twice anyway today
        gently backwards indoors outdoors half-asleep together alone yesterday upstairs abroad
        somewhere everywhere downstairs occasionally professionally overnight automatically
        enthusiastically politely wrongly silently blindfolded barefoot forever""",
    "UNIT": "minute hour day week month year decade weekend century",
    "PERIOD": "week year month weekend decade century",
    "WHENEVER": "night summer winter autumn spring monday tuesday friday sunday",
    "PREP": "in near behind outside under from beside inside opposite above",
    "MEMBER": "club family team street building class country",
    "EVENT": """wedding birthday funeral holiday exam divorce interview earthquake party pandemic
        meeting hangover promotion breakfast nap retirement operation election""",
    "MODAL": "should can could might will would must",
    "TIME": "before after during since until",
    "WITHIN": "within after for",
    "HOWMUCH": "no enough more less some",
    "JOIN": "because although but so while and unless",
    "SUSPECT": "suspect hope believe guess fear bet suppose",
    "SUSPECTED": "claimed swore discovered insisted wrote explained predicted",
    "PRAISE": """helpful friendly honest detailed brilliant thoughtful long funny lovely kind clever
        quick patient sensible""",
    "POST": """answer comment explanation post reply thread review story link suggestion video
        summary warning""",
    "CROWD": "people beginners experts children moderators adults strangers parents",
}
