"""Words that name no organisation, or that one cannot be told by: pseudo-employers, and words of every day.

All are folded: small letters without accents. The news itself tells of further words (``reading.words_of_every_day``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.connect.match.lists import AGENTS, ROLES, SENIORITY

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRADES: Final = (
    AGENTS | ROLES | SENIORITY | frozenset("photographer translator artist musician coach contractor".split())
)
NO_EMPLOYERS: Final = frozenset(
    each.strip()
    for each in (
        "self employed, self employment, selfemployed, freelance, freelancer, freelancers, freelancing, independent, "
        "independent contractor, contractor, sole trader, own business, my own business, student, students, retired, "
        "retiree, pensioner, unemployed, none, no company, not applicable, n a, na, nil, unknown, various, various "
        "companies, various clients, several, private, private person, privat, privatperson, confidential, "
        "confidential company, undisclosed, stealth, stealth mode, stealth startup, stealth mode startup, startup, "
        "consultant, consulting, consultancy, home, homemaker, family, career break, sabbatical, between jobs, job "
        "seeker, jobseeker, looking for work, open to work, seeking opportunities, actively seeking, currently "
        "unemployed, volunteer, selbststandig, selbstandig, selbststandige, selbstandige, selbststandiger, "
        "selbstandiger, selbststandigkeit, selbstandigkeit, freiberuflich, freiberufler, freiberuflerin, "
        "freischaffend, freie mitarbeiterin, freier mitarbeiter, rentner, rentnerin, im ruhestand, ruhestand, "
        "pensioniert, studentin, arbeitslos, arbeitssuchend, arbeitsuchend, auf arbeitssuche, elternzeit, keine, "
        "keiner, ohne, vertraulich, diverse, independant, independante, travailleur independant, travailleuse "
        "independante, profession liberale, auto entrepreneur, autoentrepreneur, auto entrepreneure, micro "
        "entrepreneur, a mon compte, etudiant, etudiante, retraite, retraitee, a la retraite, sans emploi, en "
        "recherche d emploi, recherche d emploi, en recherche demploi, recherche demploi, aucun, aucune, "
        "confidentiel, divers, autonomo, autonoma, independiente, por cuenta propia, cuenta propia, trabajador "
        "independiente, trabajadora independiente, trabajador autonomo, profesional independiente, estudiante, "
        "jubilado, jubilada, desempleado, desempleada, sin empleo, en busqueda de empleo, ninguno, ninguna, "
        "confidencial, varios, varias, libero professionista, libera professionista, libera professione, lavoratore "
        "autonomo, lavoratrice autonoma, in proprio, partita iva, studente, studentessa, pensionato, pensionata, in "
        "pensione, disoccupato, disoccupata, in cerca di lavoro, nessuno, nessuna, riservato, vari, trabalhador "
        "autonomo, trabalhadora autonoma, profissional liberal, conta propria, por conta propria, trabalhador "
        "independente, trabalhadora independente, independente, estudante, aposentado, aposentada, reformado, "
        "reformada, desempregado, desempregada, em busca de emprego, nenhum, nenhuma, zelfstandig, zelfstandige, "
        "zelfstandig ondernemer, zzp, zzper, zzp er, eigen bedrijf, gepensioneerd, met pensioen, werkloos, "
        "werkzoekend, geen, vertrouwelijk, diversen, egenforetagare, selvstaendig, selvstendig, freelansare, "
        "pensionist, pensionar"
    ).split(",")
)
"""What people write where they are asked for an employer and have none to name."""
_FREE: Final = frozenset(
    (
        "freelance freelancer freelancers freelancing freiberuflich freiberuflicher freiberufliche freiberufler "
        "freiberuflerin freischaffend freischaffender freischaffende selbststandig selbststandiger selbststandige "
        "selbstandig selbstandiger selbstandige autonomo autonoma zelfstandig zelfstandige zzp zzper "
        "autoentrepreneur"
    ).split()
)
"""With a trade beside it, each is no employer either: "Freelance Designer"."""
_FREE_BEFORE_A_TRADE: Final = frozenset("self independent retired former freier freie".split())
_FREE_BEHIND_A_TRADE: Final = frozenset(
    "independant independante independiente independente indipendente liberal liberale".split()
)
_SEEKING: Final = (
    "looking for",
    "currently",
    "seeking",
    "open to",
    "not employed",
    "auf der suche",
    "en recherche",
    "a la recherche",
    "en busca",
    "em busca",
    "in cerca",
    "op zoek",
)
_OWN: Final = frozenset(
    {"own", "my own", "my", "eigene firma", "eigenes unternehmen", "empresa propia", "empresa propria"}
)

EVERY_DAY: Final = frozenset(
    (
        # English: trades, institutions and things
        "accounting administration advertising agency agriculture airport architecture army art arts association "
        "automation automotive aviation bank banking battery batteries board boat boats broker brokers building "
        "business cable cables capacity cargo charity church city clinic club coal college commerce commission "
        "committee communication communications company computer computers conference construction container "
        "containers cooperative council county court crane cranes customs cyber data defence defense delivery "
        "department design development dock docks dockers drone drones economics education electricity electronics "
        "employer employment energy engineering entertainment environment equipment estate events factory farm "
        "farming fashion federation ferry finance fishing fleet food forum foundation freight fuel funding "
        "furniture games garden government grid grids group guild hardware harbor harbors harbour harbours health "
        "healthcare history hospital hospitality hotel housing hydrogen industry information infrastructure "
        "institute insurance internet investment investments journalism justice kitchen laboratory labour labor law "
        "leadership learning legal library logistics lock locks machinery machines management manufacturing marina "
        "marine maritime market marketing markets media medicine ministry mining mobility money museum music navy "
        "network networks news newspaper office oil gas operations packaging paper parliament parts pharmacy "
        "photography police policy politics port ports power press printing production products project projects "
        "property publishing quay rail railway railways recruitment research restaurant retail robot robotics "
        "robots safety sales school science security services shipping ships shipyard society software solar staff "
        "state station steel storage strategy strike studio supply support sustainability systems tax team "
        "technology telecom terminal terminals theatre tobacco tourism town trade training transport transportation "
        "travel truck trucks tug tugs union unions university utilities vehicles wages warehouse waste water "
        "weather wind workers workshop youth anchor anchors bridges brexit crew crews ferries fish fishermen flood "
        "fog fuels icebreaker lighthouse migrants passengers pilots pirates sailors seafarers seals storm storms "
        "tanker tankers tides trading tunnel whale whales "
        # German
        "agentur akademie amt anlagen apotheke arbeit automatisierung bahn bahnen bank banken bau behorde beratung "
        "betrieb bildung bildungswerk bund bundesbank buro chemie dienst dienste druck eisen energie energien "
        "fabrik fahre fahren fahrzeuge feuerwehr finanzen flughafen forschung fracht gas gemeinde genossenschaft "
        "gericht gesellschaft gesundheit gewerkschaft gruppe hafen hafens handel handwerk haus hochschule holz "
        "industrie ingenieure institut kanzlei kohle kraft krankenhaus kran krane kreis kunst kuste lager land "
        "landstrom landwirtschaft logistik lotsen luft markt maschinen maschinenbau medien medizin meer museum "
        "musik netz netze ol papier partei polizei post praxis presse recht reederei regierung schiff schiffe "
        "schifffahrt schleuse schule see senat sicherheit sparkasse spedition speicher staat stadt stadtwerke stahl "
        "stiftung strasse strom technik theater tourismus umwelt universitat verband verein verkehr verlag "
        "verwaltung versicherung vertrieb wasser wasserstoff weiterbildung werft werk werke werkstatt wind "
        "wirtschaft wissenschaft wohnen zeitung zoll zug zuge zukunft hallen halle container anker boot boote "
        "brucke brucken damm deich dock ebbe fisch fische flut gleis insel kai kanal kosten leuchtturm lotse "
        "matrosen mole rettung rohstoffe schlepper seeleute sturm tanker turm ufer wal wale wetter wrack "
        # French
        "academie agence assurance assurances atelier automatisation avocat avocats banque batiment bateau bois "
        "bourse bureau chantier chemin commerce communaute conseil construction cooperation defense douane douanes "
        "eau ecole electricite energie enseignement entreprise environnement etat federation ferroviaire finances "
        "fonds formation fret gare grue grues groupe hopital hydrogene immobilier industrie informatique justice "
        "lycee mairie maison marche medias mer metal ministere mobilite musee navire navires notaire pharmacie port "
        "ports poste recherche region reseau reseaux sante securite service services societe syndicat transport "
        "transports travail tourisme universite usine ville "
        # Spanish and Portuguese
        "academia aduana aduanas agencia agua alfandega astillero ayuntamiento banca banco barco barcos camara ciudad "
        "comercio construccion construcao consultoria consulado cooperativa correos educacion educacao electricidad "
        "empresa empresas energia escola escuela estado estaleiro federacion federacao fabrica ferrocarril formacion "
        "formacao fundacion fundacao gobierno governo grua gruas hidrogeno hidrogenio hospital industria inmobiliaria "
        "instituto investigacion investigacao justicia logistica marina mercado ministerio muelle museo museu navio "
        "navios porto portos puerto puertos prensa salud saude seguridad seguranca seguros servicios servicos "
        "sindicato sociedad sociedade tecnologia trabajo trabalho transporte transportes turismo universidad "
        "universidade "
        # Italian and Dutch
        "acqua agenzia assicurazioni azienda banche cantiere citta comune cooperativa dogana energia fabbrica "
        "federazione ferrovia fondazione formazione giustizia governo idrogeno impresa istituto lavoro mare mercato "
        "ministero nave navi ospedale porti ricerca salute scuola sicurezza sindacato societa stampa trasporti "
        "universita bedrijf bedrijven beurs bouw containers dienst douane elektriciteit energie fabriek gemeente "
        "gezondheid groep handel haven havens hogeschool kantoor kraan kranen kunst logistiek markt ministerie "
        "onderwijs onderzoek opleiding overheid pers politie rederij schip schepen scheepvaart school spoor "
        "spoorwegen staal stad stichting stroom universiteit vakbond vereniging verkeer vervoer verzekering visserij "
        "waterstof werf werk ziekenhuis zorg"
    ).split()
)
"""Words that an organisation may have for a name, and that stand in the news every day without it."""

DETERMINERS: Final = frozenset(
    (
        "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner im am zum zur vom "
        "beim ins ans dieser diese dieses diesen diesem jeder jede jedes jeden jedem unser unsere unseren ihr ihre "
        "ihren ihrem sein seine seinen seinem mehr viel wenig genug alle allen"
    ).split()
)
"""What stands before a German noun, and seldom before a name."""


def is_no_employer(words: Sequence[str]) -> bool:
    """Tell whether what stands for an employer says that there is none to name."""
    said = " ".join(words)
    if said in NO_EMPLOYERS or said in _OWN or said.startswith(_SEEKING):
        return True
    if len(words) < 2:  # noqa: PLR2004
        return False
    if not _FREE.isdisjoint(words) and words[-1] not in {"com", "de", "fr"}:
        return True
    is_trade = _TRADES.issuperset(words[2:] if words[:2] == ["self", "employed"] else words[1:])
    return (words[0] in _FREE_BEFORE_A_TRADE and is_trade) or (len(words) == 2 and words[1] in _FREE_BEHIND_A_TRADE)  # noqa: PLR2004
