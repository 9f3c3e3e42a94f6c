"""The places of the demo and what is talked about there. The places are real, the people and initiatives invented."""

from __future__ import annotations

from dataclasses import dataclass

# parent, kind, address, names (the place's own language first), zone, currency, palette
PLACES: tuple[tuple[str, str, str, dict[str, str], str, str, str], ...] = (
    (
        "",
        "country",
        "ukraine",
        {"uk": "Україна", "en": "Ukraine", "bg": "Украйна", "lt": "Ukraina"},
        "Europe/Kyiv",
        "UAH",
        "viche",
    ),
    ("ukraine", "region", "volyn", {"uk": "Волинська область", "en": "Volyn region"}, "Europe/Kyiv", "UAH", "viche"),
    (
        "volyn",
        "municipality",
        "liuboml",
        {"uk": "Любомльська громада", "en": "Liuboml municipality", "bg": "Любомл", "lt": "Liuboml"},
        "Europe/Kyiv",
        "UAH",
        "viche",
    ),
    ("liuboml", "settlement", "liuboml-town", {"uk": "Любомль", "en": "Liuboml"}, "Europe/Kyiv", "UAH", "viche"),
    (
        "",
        "country",
        "bulgaria",
        {"bg": "България", "en": "Bulgaria", "uk": "Болгарія", "lt": "Bulgarija"},
        "Europe/Sofia",
        "EUR",
        "viche",
    ),
    ("bulgaria", "region", "ruse-region", {"bg": "Област Русе", "en": "Ruse region"}, "Europe/Sofia", "EUR", "viche"),
    (
        "ruse-region",
        "municipality",
        "ruse",
        {"bg": "Русе", "en": "Ruse", "uk": "Русе", "lt": "Rusė"},
        "Europe/Sofia",
        "EUR",
        "river",
    ),
    ("ruse-region", "municipality", "borovo", {"bg": "Борово", "en": "Borovo"}, "Europe/Sofia", "EUR", "viche"),
    ("ruse-region", "municipality", "byala", {"bg": "Бяла", "en": "Byala"}, "Europe/Sofia", "EUR", "viche"),
    ("ruse-region", "municipality", "tsenovo", {"bg": "Ценово", "en": "Tsenovo"}, "Europe/Sofia", "EUR", "viche"),
    (
        "ruse-region",
        "municipality",
        "dve-mogili",
        {"bg": "Две могили", "en": "Dve Mogili"},
        "Europe/Sofia",
        "EUR",
        "viche",
    ),
    ("ruse-region", "municipality", "ivanovo", {"bg": "Иваново", "en": "Ivanovo"}, "Europe/Sofia", "EUR", "viche"),
    ("ruse-region", "municipality", "vetovo", {"bg": "Ветово", "en": "Vetovo"}, "Europe/Sofia", "EUR", "viche"),
    (
        "ruse-region",
        "municipality",
        "slivo-pole",
        {"bg": "Сливо поле", "en": "Slivo Pole"},
        "Europe/Sofia",
        "EUR",
        "viche",
    ),
    (
        "",
        "country",
        "lithuania",
        {"lt": "Lietuva", "en": "Lithuania", "uk": "Литва", "bg": "Литва"},
        "Europe/Vilnius",
        "EUR",
        "viche",
    ),
    (
        "lithuania",
        "municipality",
        "pagegiai",
        {"lt": "Pagėgių savivaldybė", "en": "Pagėgiai municipality", "uk": "Пагегяй", "bg": "Пагегяй"},
        "Europe/Vilnius",
        "EUR",
        "amber",
    ),
)


@dataclass(frozen=True)
class Story:
    """One consultation of the demo. Amounts are in whole units of the place's currency."""

    place: str
    language: str
    official: str
    until: str  # "collect", "review" or "vote": the step in which visitors find it
    title: str
    summary: str
    text: str
    budget: int
    reasons: str
    residents: tuple[str, ...]
    # title, problem, proposal, where, cost
    ideas: tuple[tuple[str, str, str, str, int], ...]


CONSULTATIONS: tuple[Story, ...] = (
    Story(
        place="liuboml",
        language="uk",
        official="Галина Остапчук",
        until="collect",
        title="Конкурс ініціатив громад 2027",
        summary="Що зробити у ваших селах наступного року? Запропонуйте ініціативу або підтримайте сусідську.",
        text="Громада щороку фінансує малі ініціативи мешканців. Напишіть, що не так і що зробити. Ініціативи, які підтримають щонайменше четверо мешканців, розгляне громада; решту вирішить голосування.",
        budget=600_000,
        reasons="Ініціатива потрібна й здійсненна.",
        residents=(
            "Марія Шевчук",
            "Іван Лисюк",
            "Оксана Кравчук",
            "Степан Мельник",
            "Надія Панасюк",
            "Юрій Бондар",
            "Ганна Савчук",
            "Віктор Юрчук",
            "Леся Ткачук",
            "Богдан Сидорук",
        ),
        ideas=(
            (
                "Накриття на зупинці шкільного автобуса",
                "Діти чекають автобус під дощем і снігом.",
                "Поставити легке накриття з лавкою та освітленням від сонячної панелі.",
                "Зупинка біля крамниці, Куснища",
                48_000,
            ),
            (
                "Почистити громадську криницю",
                "Вода каламутна, люди возять воду з сусіднього села.",
                "Почистити криницю, зробити цементне кільце й накриття, перевірити воду.",
                "Вулиця Лесі Українки",
                32_000,
            ),
            (
                "Дах сільського клубу",
                "Дах протікає, у залі вже не грають вистав.",
                "Замінити шифер над сценою та залою, мешканці допоможуть розібрати старий.",
                "Сільський клуб, Згорани",
                185_000,
            ),
            (
                "Вечірній гурток робототехніки",
                "Підліткам нема куди піти ввечері.",
                "Закупити три набори й відкрити гурток двічі на тиждень при бібліотеці.",
                "Районна бібліотека",
                54_000,
            ),
            (
                "Лавки біля Людмильського озера",
                "Літнім людям ніде присісти під час прогулянки.",
                "Поставити вісім лавок зі спинками та чотири смітники.",
                "Берег озера",
                40_000,
            ),
            (
                "Освітлення дороги до станції",
                "Увечері люди з потяга йдуть у темряві.",
                "Дванадцять ліхтарів зі світлодіодами на наявних стовпах.",
                "Вулиця Вокзальна",
                96_000,
            ),
            (
                "Пандус до амбулаторії",
                "Людина на візку не може потрапити до лікаря сама.",
                "Пандус із поручнями за чинними нормами.",
                "Амбулаторія, Головне",
                45_000,
            ),
            (
                "Ярмарок місцевих виробників",
                "Сир, мед і кошики продають за двадцять кілометрів.",
                "Щомісячний ярмарок на площі: намети, вагова, оголошення.",
                "Центральна площа",
                38_000,
            ),
            (
                "Стежка для велосипедів до школи",
                "Діти їдуть узбіччям поруч із вантажівками.",
                "Відокремити стежку завдовжки 600 метрів і позначити переходи.",
                "Від Масловця до школи",
                150_000,
            ),
        ),
    ),
    Story(
        place="ruse",
        language="bg",
        official="Десислава Николова",
        until="vote",
        title="Граждански бюджет на Русе 2027",
        summary="Кои предложения да бъдат изпълнени догодина? Изберете до пет.",
        text="Жителите предложиха, общината провери кое е изпълнимо. Сега решавате вие. Броенето дава на всеки равен дял от парите, така че и малките квартали да бъдат чути.",
        budget=60_000,
        reasons="Предложението е изпълнимо през 2027 г.",
        residents=(
            "Мария Петрова",
            "Георги Иванов",
            "Елена Стоянова",
            "Димитър Колев",
            "Йоана Маринова",
            "Петър Димитров",
            "Силвия Тодорова",
            "Николай Василев",
            "Радка Ангелова",
            "Стефан Цонев",
        ),
        ideas=(
            (
                "Сенници на крайбрежната алея",
                "През лятото няма сянка и хората не излизат.",
                "Шест сенника с пейки и чешма.",
                "Крайбрежна алея",
                14_000,
            ),
            (
                "Работилница за ремонт на вещи",
                "Хвърляме уреди, които могат да се поправят.",
                "Всяка събота доброволци поправят в читалището; инструменти и материали.",
                "Читалище „Ангел Кънчев“",
                6_500,
            ),
            (
                "Детска площадка за малчугани",
                "Площадката е за големи деца, малките падат.",
                "Ниски люлки, мека настилка, ограда.",
                "Квартал Възраждане",
                18_000,
            ),
            (
                "Дървета покрай улица Николаевска",
                "Улицата се нагорещява, прахът влиза в домовете.",
                "Четиридесет дръвчета и поливане през първите две години.",
                "Улица Николаевска",
                9_000,
            ),
            (
                "Младежки център вечер",
                "След шест всичко за младите е затворено.",
                "Отворени вечери с музика, игри и учене, два пъти седмично.",
                "Младежки дом",
                11_000,
            ),
            (
                "Достъпна спирка",
                "Количка не може да се качи на бордюра.",
                "Рампа, тактилна ивица и пейка с облегалка.",
                "Спирка „Болницата“",
                7_500,
            ),
            (
                "Учебна градина",
                "Децата не знаят откъде идва храната.",
                "Лехи, компостер и барака в двора на училището.",
                "Основно училище, Долапите",
                5_000,
            ),
            (
                "Велопаркинги пред училищата",
                "Колелата се връзват за оградата и ги крадат.",
                "Покрити стойки за сто колела пред четири училища.",
                "Четири училища",
                12_000,
            ),
        ),
    ),
    Story(
        place="pagegiai",
        language="lt",
        official="Daiva Stankienė",
        until="review",
        title="Gyventojų iniciatyvos 2027",
        summary="Gyventojai pasiūlė, ką pagerinti seniūnijose. Dabar siūlymus vertina savivaldybė.",
        text="Kiekviena iniciatyva, kurią parėmė bent keturi gyventojai, sulauks atsakymo su pagrindimu. Tinkamos iniciatyvos keliaus į balsavimą.",
        budget=30_000,
        reasons="Iniciatyva naudinga ir įgyvendinama.",
        residents=(
            "Rūta Kazlauskienė",
            "Jonas Petrauskas",
            "Asta Butkienė",
            "Mindaugas Žukas",
            "Vida Rimkienė",
            "Tomas Navickas",
            "Jolanta Urbonienė",
            "Saulius Kairys",
            "Eglė Balčiūnienė",
            "Kęstutis Šimkus",
        ),
        ideas=(
            (
                "Suoliukai prie Vilkyškių bažnyčios",
                "Vyresni žmonės neturi kur pailsėti.",
                "Šeši suoliukai ir šviestuvas.",
                "Vilkyškiai",
                3_200,
            ),
            (
                "Jaunimo erdvė senajame pašte",
                "Po pamokų nėra kur susitikti.",
                "Sutvarkyti du kambarius, nupirkti stalą, žaidimų ir kavos aparatą.",
                "Pagėgiai, Vilniaus g.",
                9_500,
            ),
            (
                "Upės pakrantės tvarkymas",
                "Prie Nemuno neįmanoma prieiti, šiukšlės.",
                "Takas, laiptai ir konteineriai, talka pavasarį.",
                "Panemunė",
                6_000,
            ),
            (
                "Vaikų žaidimų aikštelė",
                "Artimiausia aikštelė už septynių kilometrų.",
                "Sūpuoklės, smėlio dėžė ir tvora.",
                "Natkiškiai",
                8_000,
            ),
            (
                "Kompiuterinio raštingumo vakarai",
                "Senjorams sunku naudotis e. paslaugomis.",
                "Dešimt vakarų bibliotekoje su savanoriais.",
                "Pagėgių biblioteka",
                1_800,
            ),
            (
                "Sporto įranga lauke",
                "Stadione nėra kur treniruotis suaugusiems.",
                "Penki lauko treniruokliai.",
                "Stoniškiai",
                7_400,
            ),
            (
                "Autobusų stotelės stogas",
                "Per lietų žmonės laukia po medžiu.",
                "Stogas, suoliukas ir tvarkaraščio lenta.",
                "Lumpėnai",
                4_500,
            ),
            (
                "Bendruomenės daržas",
                "Daugiabučių gyventojai neturi kur auginti daržovių.",
                "Dvidešimt pakeltų lysvių, vandens talpa ir sandėliukas.",
                "Pagėgiai",
                5_200,
            ),
        ),
    ),
)
