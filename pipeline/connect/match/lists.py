"""Words that decide whether a name is meant: legal forms, common words, titles, what stands beside a firm's name.

All are folded: small letters without accents.
"""

from __future__ import annotations

from typing import Final

LEGAL: Final = frozenset(
    (
        "ltd limited llc llp lp plc inc incorporated corp corporation co company cos gmbh ag kg kgaa ohg gbr ug "
        "mbh ev se sa sas sarl sasu srl spa sl slu bv nv vof cv oy oyj ab aktiebolag as asa aps ans sro doo dd ad "
        "ood eood kft zrt nyrt sp zoo pty pte sdn bhd tbk kk pjsc jsc ojsc psc fzco wll saog ooo oao ao zao pao "
        "ооо оао ао зао пао тоо аэ αε οε"
    ).split()
)
"""Legal forms as one word; "S.A." is folded to "sa"."""
LEGAL_IN_HAN: Final = ("股份有限公司", "有限责任公司", "有限公司", "株式会社", "有限会社", "合同会社", "주식회사")
SOFT: Final = frozenset(
    "group groupe gruppe gruppo grupo holding holdings konzern international worldwide global".split()
)
"""What a firm says of itself behind its name, and others leave out."""
PLACES_OF_FIRMS: Final = frozenset(
    (
        "uk us usa deutschland germany france espana spain italia italy nederland netherlands belgium benelux "
        "europe europa asia america americas china india japan brasil brazil canada australia nordic nordics emea "
        "apac"
    ).split()
)
"""The country behind a firm's name: "Westmark Deutschland" is Westmark."""

COMMON: Final = frozenset(
    (
        "shell apple target oracle orange gap visa block meta amazon delta general square slack stripe snap box "
        "zoom discovery progress intuit match uber virgin next boots sky three vision focus ford dell chase best "
        "buy caterpillar monster puma jaguar dove tide ace champion carnival subway burger king whole foods "
        "dollar tree general united national american standard first western southern northern eastern union "
        "republic liberty mutual prudential progressive nationwide travelers principal hartford unity pioneer "
        "summit peak compass anchor beacon harbour harbor horizon frontier pilot signal echo spark pulse wave "
        "tide current stream river ocean pacific atlantic arctic polar north south east west central capital "
        "crown royal imperial majestic alliance allied coalition partners associates key lock gate bridge tower "
        "castle fort shield guardian sentinel eagle falcon hawk lion tiger bear wolf fox bull ram swan crane "
        "stork robin phoenix dragon atlas titan hercules apollo mercury venus mars saturn neptune pluto sun moon "
        "star sirius orion polaris nova comet meteor galaxy iron steel copper silver gold diamond ruby emerald "
        "sapphire pearl amber coral jade opal crystal granite marble stone rock sand clay brick wood oak maple "
        "cedar pine elm ash birch willow ivy rose lily lotus clover sage mint basil ginger olive cherry peach "
        "plum berry lemon lime mango banana kiwi blackberry raspberry strawberry notion figma linear loom asana "
        "monday basecamp drift intercom segment amplitude mixpanel heap datadog splunk elastic snowflake tableau "
        "palantir anthropic cohere perplexity cursor replit rust ruby python swift go java coach fossil guess "
        "diesel replay supreme patagonia columbia everlane allbirds casper purple leesa nest ring arlo eero sonos "
        "bose beats jabra garmin fitbit peloton mirror tonal hydrow strive concept giant trek specialized "
        "cannondale scott bianchi canyon focus cube ghost state street vanguard fidelity black rock stone citadel "
        "bridge water renaissance two sigma point tiger coatue lone pine viking matrix sequoia accel index bench "
        "mark union square general catalyst foundation founders craft bloom rise thrive aspire ascend elevate "
        "inspire ignite accord accent accenture advance advent affirm alpha beta gamma sigma omega axis apex "
        "arrow arc arch aura aurora base basis blend bolt bond boost bright cargo carrier cast chain charge chart "
        "check circle clear cloud coast code core corner course craft crest cross cruise dash data dawn deck deep "
        "depot dial digital direct dock domain drop edge emerge energy engine entry equal era essential ever "
        "express extra factor fair fast field fire fleet flex flow fly forge form forward found fresh fuel full "
        "fusion future gain globe grand graph green grid ground grove grow guide hall harvest haven head heart "
        "helix hill hive home honest hope house hub human icon ideal image impact insight integral iris island "
        "jet joint journey jump just kind lake land lane lantern launch layer leaf legacy lens level light line "
        "link list live local logic loop lumen magnet main map march mark market master maven max mayor merit "
        "metro mile mill mind mission mix mobile modern module moment motion motive mount move natural network "
        "nexus nimble noble node note oasis omni one open optic option orbit order origin outlook pace pack page "
        "palm panel paragon park partner path pay perfect pillar pivot place plain plan planet platform play plus "
        "pole pool port portal post power precision premier press prime print prism pro prologis proof prospect "
        "pure quest quick radius rail rain range rapid ray reach ready real red reef relay reliance relay render "
        "resolve result ridge right road root route safe sail scale scope scout sea seal search select sense "
        "sequence shift ship shop shore side sight silk simple skill smart snow solar solid solution sonic source "
        "space span spectrum spiral spring sprint sprout stack stage stand station stay steam stellar stem step "
        "storm story strata strong structure studio sure surge table tag tap tech tempo terra thread tide tile "
        "timber time token tool top torch total touch town track trade trail train transit transport triangle "
        "trinity true trust turn twin ultra unicorn unite unit universal up urban valley value vault vector "
        "venture verge vertex vertical vessel vista vital vivid voice volt voyage wagon walk wall ward warp watch "
        "water way wealth web well wide wild wind window wing wire wise wonder work works world yard zenith zero "
        "zone gas oil motors motor electric steel railway railways airways airlines lines bank insurance media "
        "press times post herald star sun mirror guardian economist fortune wired nature science cell lancet nike "
        "visa lego mini smart seat polo golf fiesta focus zara mango cos uniqlo hermes chanel"
    ).split()
)
"""Words, and names of other things, that firms are called by too: the words around must tell that a firm is meant."""
PLACES: Final = frozenset(
    (
        "paris london berlin hamburg bremen rotterdam antwerp antwerpen amsterdam brussels madrid barcelona rome "
        "milan vienna zurich geneva basel oslo stockholm copenhagen helsinki dublin edinburgh glasgow manchester "
        "liverpool birmingham bristol york oxford cambridge boston chicago houston dallas austin denver seattle "
        "phoenix atlanta miami orlando nashville memphis portland oakland washington lincoln jackson madison "
        "charlotte victoria sydney melbourne perth auckland wellington toronto montreal vancouver ottawa "
        "singapore shanghai beijing tokyo osaka kyoto seoul busan delhi mumbai chennai dubai doha cairo lagos "
        "nairobi durban lima bogota santiago rio texas virginia georgia carolina dakota jersey jordan chad israel "
        "china india turkey cyprus malta kent essex surrey sussex devon cornwall norfolk suffolk lancaster "
        "chester derby nottingham leeds sheffield bath hull dover florence venice naples turin genoa lyon nice "
        "lille nantes bordeaux nantucket hallum orange"
    ).split()
)
GIVEN: Final = frozenset(
    (
        "john james robert michael william david richard joseph thomas charles christopher daniel matthew anthony "
        "mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey "
        "ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank "
        "alexander patrick jack peter henry martin simon adam mary patricia jennifer linda elizabeth barbara "
        "susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol "
        "amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela anna emma "
        "olivia maria julia sophie claire alice jane anne hans klaus wolfgang jurgen dieter stefan andreas "
        "christian jan lars erik anders sven nils karl max felix lukas jonas sabine petra monika claudia ursula "
        "susanne katrin birgit jean pierre michel philippe alain marie isabelle nathalie sylvie carlos jose juan "
        "luis miguel antonio francisco manuel pedro ana carmen elena marco giuseppe giovanni paolo andrea luca "
        "francesca giulia wei li ming jing hui ivan sergei dmitri alexei olga natalia mohammed ahmed ali hassan "
        "fatima raj amit priya sanjay tom tim bob bill jim joe dan ben sam chris alex nick matt steve mike dave "
        "kim lee pat jo"
    ).split()
)
SURNAMES: Final = frozenset(
    (
        "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez "
        "wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez "
        "lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker "
        "hall rivera campbell mitchell carter roberts evans turner parker collins edwards stewart morris murphy "
        "cook rogers morgan cooper peterson reed bailey bell kelly howard ward cox richardson wood watson brooks "
        "bennett gray james hughes price myers long foster sanders ross muller mueller schmidt schneider fischer "
        "weber meyer mayer maier wagner becker schulz hoffmann schafer koch bauer richter klein wolf schroder "
        "neumann schwarz zimmermann braun kruger hansen johansen olsen larsen andersen pedersen nielsen jensen "
        "christensen johansson andersson karlsson nilsson eriksson larsson olsson persson de jong jansen de vries "
        "bakker visser smit meijer dubois durand leroy moreau simon laurent lefebvre michel bernard petit rossi "
        "russo ferrari esposito bianchi romano silva santos ferreira pereira oliveira costa wang li zhang liu "
        "chen yang huang zhao wu zhou xu sun ma zhu lin kim park choi jung kang tanaka suzuki sato takahashi "
        "watanabe ito yamamoto nakamura singh kumar sharma patel gupta khan ahmed ali hassan ivanov petrov "
        "smirnov kuznetsov popov novak kowalski nowak dahl berg lund holm strand"
    ).split()
)

NO_FIRMS: Final = PLACES | GIVEN | SURNAMES
"""Words that with a capital mean a place or somebody, unless much says that a firm is meant."""

TITLES: Final = frozenset(
    (
        "mr mrs ms mx miss dr prof professor sir dame lord lady rev hon ing dipl dipl-ing mag capt captain col "
        "gen lt maj sgt adm herr frau monsieur madame mme mlle senor senora sra dott avv mevr dhr ir drs hr fr "
        "phd md mba msc bsc ma ba llm cpa cfa pmp jr sr ii iii iv esq obe mbe cbe mep mp"
    ).split()
)
ROLES: Final = frozenset(
    (
        "ceo cfo cto coo cio cmo cpo chro chair chairman chairwoman chairperson president chief executive "
        "director managing manager head minister secretary senator governor mayor judge founder co-founder "
        "cofounder partner analyst engineer spokesman spokeswoman spokesperson commissioner ambassador officer "
        "vice deputy senior lead vp svp evp editor author reporter economist researcher lawyer trainer consultant "
        "operator giant maker firm company group rival supplier carrier retailer bank chef vorstand sprecher "
        "sprecherin chefin geschaftsfuhrer pdg directeur directrice"
    ).split()
)
"""What may stand with a capital beside a name without being a part of it."""
DAYS: Final = frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
        "august september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag i"
    ).split()
)
SAYS: Final = frozenset(
    (
        "said says reported reports announced announces posted posts unveiled unveils acquired acquires hired "
        "hires buys bought sues sued plans raised raises cut cuts appointed appoints named names launched "
        "launches opened opens expects expected agreed agrees denied denies declined declines confirmed confirms "
        "signed signs sold sells won wins warned warns told employs operates owns invested invests will has "
        "sagte teilte kundigt kundigte ubernimmt meldet eroffnet annonce lance rachete anuncia compra zegt meldt"
    ).split()
)
"""What firms do in the news."""
SAYS_ELSEWHERE: Final = frozenset(
    (
        "baut bestellt entlasst grundet investiert kauft klagt kooperiert liefert plant senkt startet steigert sucht "
        "ubergibt verdoppelt verkauft verlegt verliert will gewinnt achete acquiert construit embauche investit livre "
        "ouvre recrute vend sinstalle abre construye construira gana inaugura invierte invertira lanza vende compra "
        "constroi investe lanca apre acquista costruisce lancia bouwt investeert koopt levert opent verkoopt wint "
        "kober bygger saelger kjoper selger koper"
    ).split()
)
"""What firms do in headlines of other languages; at times nouns or words of English too, so alone no cue."""
CUES: Final = (
    frozenset(
        (
            "shares share stock stocks ceo cfo cto chief executive executives spokesperson spokesman spokeswoman "
            "company companys profit profits revenue revenues earnings sales employees staff workforce "
            "headquarters subsidiary shareholders shareholder investors investor quarterly customers merger "
            "acquisition takeover supplier retailer maker manufacturer operator carrier firm brand plant factory "
            "refinery board chairman founder dividend turnover buyout layoffs filing statement aktie aktien "
            "konzern unternehmen umsatz gewinn vorstand mitarbeiter groupe actionnaires entreprise bedrijf omzet "
            "empresa director billion million contract partnership datacentre datacenter software subscribers "
            "antitrust lawsuit store stores"
        ).split()
    )
    | SAYS
)
"""What stands in a sentence about a firm."""
FIRMS_CALLED: Final = frozenset(
    (
        "company firm startup manufacturer maker supplier operator provider developer carrier retailer insurer lender "
        "utility consultancy publisher subsidiary shipowner shipbuilder firma unternehmen konzern hersteller anbieter "
        "betreiber reederei versorger entwickler tochter startup societe entreprise fabricant fournisseur operateur "
        "exploitant groupe compania empresa fabricante proveedor societa azienda produttore fornitore bedrijf "
        "fabrikant leverancier companhia fornecedor"
    ).split()
)
"""What firms are called right before their names: "the company Delta"."""
OTHER_SENSES: Final = {
    "amazon": (
        "river rainforest basin jungle forest deforestation indigenous tribe tribes loggers soy cattle "
        "amazonian brazilian"
    ),
    "delta": (
        "river variant covid mekong nile wing sediment wetlands marsh rice flood floods dutch danube niger okavango"
    ),
    "orange": "juice county fruit peel william house free squash jumpsuit groves blossom cat kitten zest marmalade",
    "apple": "pie tree trees orchard orchards cider harvest juice crumble fruit pears growers growers' varieties",
    "shell": "egg eggs script sea tortoise snail artillery shells crab bash nut mussel oyster companies",
    "gap": "wage gender pay skills bridge generation trade mind funding attainment knowledge year gaps",
    "visa": (
        "visas entry tourist student work waiver embassy passport schengen applications applicants travel h1b consulate"
    ),
    "target": "targets emissions inflation climate date audience net-zero practice range missed shooting",
    "oracle": "delphi priestess prophecy temple greek omaha pythia",
    "block": "city tower housing blocks flat flats road apartment building voting cell concrete grants",
    "meta": "analysis meta-analysis study physics description tag tags analyses data game",
    "mercury": "planet thermometer fish toxic poisoning orbit emissions nasa freddie probe",
    "crane": "bird birds nest wetland migration",
    "ford": "river crossing harrison president gerald",
    "next": "week year month day step",
    "jaguar": "cat cats jungle prey habitat rainforest conservation",
    "puma": "cat cats zoo prey mountain wild",
    "fox": "foxes hunt cub den red hunting",
    "sky": "night clouds clear stars blue telescope",
    "general": "assembly election election's strike public practitioner hospital attorney",
    "caterpillar": "butterfly moth leaf larva larvae garden",
    "phoenix": "arizona suns ashes airport",
    "sage": "herb butter stuffing advice",
    "stripe": "stripes zebra shirt tiger",
    "boots": "hiking leather muddy pair walking",
    "virgin": "olive mary forest islands",
}
"""What stands beside a word that means something else than the firm."""
ELSEWHERE: Final = frozenset(
    (
        "striker goalkeeper midfielder defender goal goals penalty league championship tournament coach scored "
        "match athlete biathlete biathlon sprinter marathon cyclist tennis football rugby cricket handball hockey "
        "olympic medal referee album singer guitarist drummer band concert film actor actress sitcom novel "
        "novelist poet painter exhibition gallery convicted sentenced robbery burglary suspect arrested jury "
        "murder obituary funeral parish choir recipe baker chess ballet dancer opera soprano sculptor jockey "
        "wrestler boxer golfer"
    ).split()
)
"""Walks of life in which somebody of the same name is more likely than somebody of the author's network."""
VERBS_OF_HEADLINES: Final = SAYS | frozenset(
    (
        "to in at on of and or for from with by as after over under amid into is are was has have had will would "
        "may can could should takes take makes make gets get gives give sees see sets set starts start stops stop "
        "ends begins builds build brings joins join leaves leave faces face loses lose gains gain beats misses "
        "seeks seek wants want needs backs back calls call moves move adds add drops drop ends shows show pays "
        "pay offers offer orders order picks pick puts shuts shut closes close cuts hits hit rises rise falls "
        "fall grows grow doubles halves tests test trains train teams ties taps tap turns turn uses use urges "
        "urge vows weighs weigh pledges pushes push returns reveals rolls saves scraps scrap secures ships ships "
        "shifts sheds settles slashes spends splits steps suspends targets teams tells threatens trials tops "
        "triples trims unites upgrades votes welcomes withdraws works automates expands extends delays earns ends "
        "enters exits fights files fills fined funds halts heads hands holds inks lands lays leads lifts links "
        "looks lures marks meets merges names nears nets orders out outlines recalls recruits rejects renews "
        "reopens replaces rivals scores sends slips still stays strikes takes again now first new its their "
        "his her more most no not up down off about against between"
    ).split()
)
"""What follows a name in a headline that has a capital on each word, and is no part of the name."""
FORMER: Final = frozenset(
    "former formerly ex previously ehemalige ehemaliger ehemaligen ehemals fruherer fruhere ancien ancienne "
    "erstwhile onetime voormalig voormalige".split()
)
ARTICLES: Final = frozenset(("the a an this that these each every any some our your his her its their another").split())
NOT_FOR: Final = frozenset(
    "not never no longer hates dislikes tired avoid avoids stopped left gave isnt dont doesnt wont".split()
)
"""A sentence of a note that denies gives no reason."""
DULL: Final = frozenset(
    (
        "a about above after again all also am an and any are as at be because been before being below between "
        "both but by can could did do does doing down during each few for from further had has have having he her "
        "here hers him his how i if in into is it its just last like made make many me more most much my new next "
        "no nor not now of off on once one only or other our out over own same say said says she should since so "
        "some still such than that the their them then there these they this those through time to too two under "
        "until up us very was we well were what when where which while who whom why will with would year years "
        "yet you your week weeks month months day days met meet meeting spoke talk talked talks call called mail "
        "mailed asked ask wrote told tell know knows knew wants want likes like interested interest good great "
        "best nice people person work works worked working team conference dinner lunch coffee event company job "
        "role via per back get got give gave take took come came first second three four five think thinks "
        "thought look looking help helped helps lot big small old long early late today tomorrow yesterday monday "
        "tuesday wednesday thursday friday saturday sunday january february march april june july august "
        "september october november december der die das und oder ein eine einen einem einer im in ist mit nicht "
        "auf fur von zu den dem des sich auch bei aus nach wie uber hat haben war wird le la les un une des du de "
        "et en est pour dans sur avec par que qui el los las una y es por con para het een van voor op met"
    ).split()
)
"""Words that tell nothing of what a text is about."""
AGENTS: Final = frozenset(
    (
        "driver master planner buyer broker lawyer trader reporter journalist researcher scientist designer developer "
        "architect operator worker teacher trainer lecturer professor economist technician inspector pilot captain "
        "steward secretary minister officer operator accountant auditor administrator scientist author writer speaker "
        "investor banker trustee fellow student apprentice nurse doctor surveyor controller dispatcher agent clerk"
    ).split()
)
"""What a role calls a person who does something."""
SENIORITY: Final = frozenset(
    (
        "head director manager chief officer senior junior lead leader vice president vp svp evp ceo cfo cto coo "
        "cio cmo founder co-founder cofounder owner partner managing executive general global regional group "
        "international assistant associate deputy principal chair chairman member board consultant specialist "
        "expert analyst engineer coordinator advisor adviser professor editor department team business "
        "development project product programme program operations services service corporate strategy strategic "
        "solutions account key interim acting freelance independent europe emea apac leiter leiterin "
        "geschaftsfuhrer responsable directeur human resources of for and the"
    ).split()
)
"""What a role says of rank, not of a field."""
