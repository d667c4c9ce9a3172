"""Words that invented people's names are made of, by culture, in their own script and in Latin letters.

Common given names and common parts of family names only, written down here and combined at random, so a
combination that some living person bears is chance. A word is ``native=latin``; where the language is
written in Latin letters it is just the word. Family names are stem and ending, which gives each culture
thousands of them.
"""

from __future__ import annotations

from typing import Final

from comity.demo.registers.culture import Culture, words

_FRENCH: Final = Culture(
    "Latn",
    ("FR", "BE", "CH", "SN"),
    "fra",
    words(
        "Jean Pierre Luc Étienne François René Hervé Thibault Mathéo Gaël Loïc Benoît Cédric Jérôme "
        "Olivier Pascal Rémi Sébastien Théo Yannick Alain Bastien Côme Damien Émile Fabrice"
    ),
    words(
        "Marie Chloé Élodie Françoise Hélène Inès Joséphine Léa Maëlle Noémie Océane Pauline Renée "
        "Solène Thérèse Zoé Aurélie Bérénice Camille Céline Delphine Édith Florence Geneviève Manon"
    ),
    words(
        "Beau Mont Grand Petit Bel Val Haut Clair Font Roch Rou Char Del Lam Gir Mor Tess Vign Cast "
        "Bourg Chau Du Lef Mar Perr Sav Thév Bonn Crét Fauch Gal Joub Lar Ném Pic Rav Séb Tur Vau"
    ),
    words(
        "champ fort vais lieu court vier ville mont villiers rand eau ier ot in ard eux elle ège oux "
        "iac euil ois ange ert"
    ),
)
_GERMAN: Final = Culture(
    "Latn",
    ("DE", "AT", "CH"),
    "deu",
    words(
        "Jürgen Jörg Günther Lukas Jonas Matthias Björn Sören Torsten Uwe Volker Wolfgang Andreas "
        "Bernd Dieter Erich Friedrich Gerhard Hans Ingo Karl Lothar Markus Norbert Oskar Paul Rüdiger"
    ),
    words(
        "Käthe Bärbel Jördis Anneliese Brigitte Charlotte Dörte Edeltraud Franziska Gisela Heike Ilse "
        "Jutta Katrin Liesel Monika Nadja Petra Renate Sabine Traudl Ursula Verena Wiebke Yvonne"
    ),
    words(
        "Ober Nieder Stein Grün Kühn Schön Weiß Schwarz Berg Wald Feld Bach Birk Buch Eich Erl Frieden "
        "Gold Grau Hagen Heid Hohen Kalt Krön Lang Linden Mühl Neu Rosen Sand Schäfer Silber Tann Wein "
        "Wind Zimmer Brunn Königs Löwen Möll"
    ),
    words(
        "mann bauer meier berger hof thaler müller häuser brunner städter wald feld stein kamp horst "
        "ing inger hardt holz büchler wig mayr schläger kötter"
    ),
)
_ENGLISH: Final = Culture(
    "Latn",
    ("GB", "IE", "US", "NZ"),
    "eng",
    words(
        "James Oliver Harry George Arthur Callum Duncan Edmund Fergus Gareth Hugh Ian Kenneth Liam "
        "Malcolm Nigel Owen Percy Quentin Rhys Seán Trevor Vincent Walter Alistair Bernard Clive"
    ),
    words(
        "Alice Beatrice Charlotte Daisy Eleanor Fiona Grace Harriet Imogen Jessica Kathleen Lucy "
        "Margaret Nora Olivia Phoebe Rosemary Siân Tabitha Una Violet Winifred Zara Agnes Bridget"
    ),
    words(
        "Ash Black Brad Bur Chat Cran Dal Elm Fair Farn Green Hal Har Hart Hazel King Lang Mar Mil Nor "
        "Oak Pem Red Rush Shel Stan Strat Thorn Wal War West Whit Win Wood Wych Broad Clay Dun Holt Lin"
    ),
    words(
        "ton ford ley worth field well bury wick combe den ham gate brook croft dale hurst land "
        "man more ridge shaw stead water by"
    ),
)
_POLISH: Final = Culture(
    "Latn",
    ("PL",),
    "pol",
    words(
        "Łukasz Michał Paweł Grzegorz Krzysztof Stanisław Wojciech Zbigniew Mirosław Bogusław Jędrzej "
        "Andrzej Jacek Józef Kazimierz Leszek Marek Przemysław Rafał Sławomir Tadeusz Witold"
    ),
    words(
        "Małgorzata Agnieszka Łucja Żaneta Bożena Danuta Elżbieta Grażyna Jadwiga Katarzyna Ludmiła "
        "Mirosława Róża Stanisława Świętosława Urszula Wiesława Zdzisława Zofia Halina Iwona"
    ),
    words(
        "Kowal Wiśniew Lewandow Zieliń Dąbrow Kamiń Szymań Woźni Kozłow Jankow Mazur Krawcz Piotrow "
        "Grabow Pawłow Michal Król Wieczor Jabłoń Wróblew Adamcz Dudek Stępień Górs Rutkow Sikor"
    ),
    words("ski cki owski ewski iński ycki ecki alski yński owicki"),
    words("ska cka owska ewska ińska ycka ecka alska yńska owicka"),
)
_TURKISH: Final = Culture(
    "Latn",
    ("TR", "DE"),
    "tur",
    words(
        "Çağlar Ömer Şükrü İbrahim Oğuz Gökhan Hüseyin Işık Kürşat Mehmet Özgür Rüştü Süleyman Tuğrul "
        "Ümit Yiğit Ahmet Burak Cemal Deniz Emre Fırat Hakan"
    ),
    words(
        "Ayşe Çiğdem Gülşen Özlem Şebnem Tuğba Ümran Zeynep Büşra Dilek Elif Fatma Gülay Hatice İpek "
        "Kübra Leylâ Müge Nilüfer Pınar Selin Yasemin"
    ),
    words(
        "Ak Kara Demir Yıl Öz Güneş Şim Taş Kaya Çelik Er Gök Kılıç Alt Boz Can Deniz Güm Işık Koç Sar "
        "Tun Uz Yel Yurt Ağ Dağ"
    ),
    words("oğlu kan dağ soy taş demir men türk alp lı er maz gül ay gün"),
)
_SPANISH: Final = Culture(
    "Latn",
    ("ES", "MX", "CO", "AR"),
    "spa",
    words(
        "José Andrés Ángel Íñigo Óscar Ramón Sebastián Tomás Víctor Álvaro Benjamín César Damián "
        "Efraín Fabián Germán Héctor Iván Joaquín Julián Martín Nicolás"
    ),
    words(
        "María Lucía Sofía Begoña Concepción Inés Ángela Belén Cármen Encarnación Estefanía Graciela "
        "Inmaculada Jimena Leonor Mónica Nuria Pilar Rocío Verónica Ximena"
    ),
    words(
        "Gonz Fern Rodr Mart Ram Hern Álv Dom Jim Gut Núñ Mend Velázq Ibáñ Ord Marr Villan Castañ "
        "Monten Zúñ Quiñ Peñ Agüer Bermúd Cárden Escal Fuent Granad"
    ),
    words("ez ález ández íguez ínez uez ona era eda illo osa ero anda ares oza ueva ales ino"),
)
_VIETNAMESE: Final = Culture(
    "Latn",
    ("VN",),
    "vie",
    words(
        "Tuấn Dũng Hùng Đức Quang Bảo Cường Hải Khánh Long Nghĩa Phúc Sơn Thắng Trí Việt Đạt Tín"
    ),
    words("Hương Thảo Lan Mai Ngọc Phượng Quỳnh Trang Tuyết Vân Yến Ánh Bích Diệu Hạnh Loan Nhung"),
    words("Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Đoàn"),
    words("-"),
    family_first=True,
)
_RUSSIAN: Final = Culture(
    "Cyrl",
    ("RU", "UA", "BY", "KZ"),
    "rus",
    words(
        "Александр=Aleksandr Дмитрий=Dmitriy Сергей=Sergey Андрей=Andrey Алексей=Aleksey "
        "Михаил=Mikhail Юрий=Yuriy Николай=Nikolay Евгений=Evgeniy Игорь=Igor Олег=Oleg Павел=Pavel "
        "Виктор=Viktor Вячеслав=Vyacheslav Фёдор=Fyodor Григорий=Grigoriy Роман=Roman Тимур=Timur "
        "Руслан=Ruslan Святослав=Svyatoslav Борис=Boris Жан=Zhan"
    ),
    words(
        "Анна=Anna Екатерина=Ekaterina Ольга=Olga Наталья=Natalya Татьяна=Tatyana Юлия=Yuliya "
        "Ирина=Irina Светлана=Svetlana Людмила=Lyudmila Галина=Galina Надежда=Nadezhda "
        "Ксения=Kseniya Евгения=Evgeniya Виктория=Viktoriya Жанна=Zhanna Зинаида=Zinaida Яна=Yana"
    ),
    words(
        "Иван=Ivan Петр=Petr Сидор=Sidor Кузнец=Kuznets Волк=Volk Медвед=Medved Соловь=Solov "
        "Жук=Zhuk Шишк=Shishk Хлебник=Khlebnik Чернов=Chernov Быстр=Bystr Гром=Grom Дуб=Dub "
        "Ермол=Ermol Зайц=Zayts Калин=Kalin Лебед=Lebed Морозк=Morozk Орл=Orl Рыбак=Rybak "
        "Снегир=Snegir Тарас=Taras Федос=Fedos Цвет=Tsvet Щук=Shchuk Яковл=Yakovl Бел=Bel Вороб=Vorob"
    ),
    words("ов=ov ев=ev ин=in овский=ovskiy енко=enko ук=uk ышев=yshev юк=yuk"),
    words("ова=ova ева=eva ина=ina овская=ovskaya енко=enko ук=uk ышева=ysheva юк=yuk"),
)
_GREEK: Final = Culture(
    "Grek",
    ("GR", "CY"),
    "ell",
    words(
        "Γεώργιος=Georgios Δημήτριος=Dimitrios Κωνσταντίνος=Konstantinos Ιωάννης=Ioannis "
        "Νικόλαος=Nikolaos Παναγιώτης=Panagiotis Χρήστος=Christos Βασίλειος=Vasileios "
        "Αθανάσιος=Athanasios Σπυρίδων=Spyridon Θεόδωρος=Theodoros Ευάγγελος=Evangelos"
    ),
    words(
        "Μαρία=Maria Ελένη=Eleni Αικατερίνη=Aikaterini Βασιλική=Vasiliki Σοφία=Sofia "
        "Αγγελική=Angeliki Γεωργία=Georgia Δήμητρα=Dimitra Παρασκευή=Paraskevi Χριστίνα=Christina"
    ),
    words(
        "Παπαδ=Papad Γεωργ=Georg Νικολ=Nikol Δημητρ=Dimitr Χατζ=Chatz Κωστ=Kost Αντων=Anton "
        "Βασιλ=Vasil Θεοδωρ=Theodor Καραγιανν=Karagiann Λαμπρ=Lampr Μιχαλ=Michal Πετρ=Petr Σταυρ=Stavr"
    ),
    words("όπουλος=opoulos ίδης=idis άκης=akis άτος=atos έλης=elis άς=as"),
    words("οπούλου=opoulou ίδου=idou άκη=aki άτου=atou έλη=eli ά=a"),
)
_ARABIC: Final = Culture(
    "Arab",
    ("SY", "IQ", "EG", "TN", "MA"),
    "ara",
    words(
        "محمد=Muhammad أحمد=Ahmad علي=Ali حسن=Hassan حسين=Hussein خالد=Khalid يوسف=Yusuf "
        "إبراهيم=Ibrahim عمر=Umar سعيد=Said طارق=Tariq ياسر=Yasir جمال=Jamal كريم=Karim "
        "مصطفى=Mustafa رشيد=Rashid سليمان=Sulayman فيصل=Faysal نبيل=Nabil وليد=Walid "
        "عبدالله=Abdullah عبدالرحمن=Abdulrahman زياد=Ziyad"
    ),
    words(
        "فاطمة=Fatima عائشة=Aisha مريم=Maryam زينب=Zaynab خديجة=Khadija سعاد=Suad ليلى=Layla "
        "نور=Nur هدى=Huda سلمى=Salma رانيا=Raniya أمينة=Amina سميرة=Samira حنان=Hanan وفاء=Wafa"
    ),
    words(
        "الحسن=al-Hassan الشام=al-Sham البغداد=al-Baghdad الدمشق=al-Dimashq الكريم=al-Karim "
        "الرشيد=al-Rashid النجار=al-Najjar الحداد=al-Haddad الخطيب=al-Khatib الصباغ=al-Sabbagh "
        "العطار=al-Attar المنصور=al-Mansur القاسم=al-Qasim الجبور=al-Jabbur الطائ=al-Ta "
        "الزبيد=al-Zubayd الشمر=al-Shammar التميم=al-Tamim الهاشم=al-Hashim السعد=al-Sad "
        "المصر=al-Masr الحلب=al-Halab الحمص=al-Hims التونس=al-Tunis المغرب=al-Maghrib"
    ),
    words("ي=i اوي=awi اني=ani"),
)
_CHINESE: Final = Culture(
    "Hans",
    ("CN", "SG", "MY"),
    "zho",
    words(
        "伟=wei 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 杰=jie 涛=tao 明=ming 超=chao 平=ping 刚=gang "
        "志=zhi 建=jian 国=guo 文=wen 华=hua 海=hai 俊=jun 宇=yu 浩=hao 天=tian 东=dong 龙=long"
    ),
    words(
        "芳=fang 娜=na 敏=min 静=jing 丽=li 艳=yan 娟=juan 霞=xia 秀=xiu 英=ying 慧=hui 玲=ling "
        "桂=gui 雪=xue 梅=mei 兰=lan 月=yue 春=chun 红=hong 玉=yu 萍=ping 婷=ting 雅=ya 欣=xin"
    ),
    words(
        "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu 徐=Xu 孙=Sun "
        "胡=Hu 朱=Zhu 高=Gao 林=Lin 何=He 郭=Guo 马=Ma 罗=Luo 梁=Liang 宋=Song 郑=Zheng 谢=Xie "
        "韩=Han 唐=Tang 冯=Feng 于=Yu 董=Dong 萧=Xiao 欧阳=Ouyang 司马=Sima"
    ),
    words("-"),
    family_first=True,
    joined="",
)
_KOREAN: Final = Culture(
    "Hang",
    ("KR", "KP"),
    "kor",
    words(
        "민=min 준=jun 서=seo 현=hyeon 우=woo 지=ji 성=seong 영=yeong 철=cheol 호=ho 진=jin 태=tae "
        "동=dong 재=jae 승=seung 상=sang 석=seok 훈=hun"
    ),
    words(
        "수=su 미=mi 은=eun 혜=hye 정=jeong 경=gyeong 숙=suk 희=hui 윤=yun 아=a 나=na 연=yeon 선=seon "
        "주=ju 옥=ok 순=sun"
    ),
    words(
        "김=Kim 이=Lee 박=Park 최=Choi 정=Jeong 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han 오=Oh "
        "서=Seo 신=Shin 권=Kwon 황=Hwang 안=Ahn 송=Song 류=Ryu 홍=Hong"
    ),
    words("-"),
    family_first=True,
    joined="-",
)
_HINDI: Final = Culture(
    "Deva",
    ("IN", "NP"),
    "hin",
    words(
        "राजेश=Rajesh अमित=Amit विजय=Vijay संजय=Sanjay सुनील=Sunil अनिल=Anil मनोज=Manoj राहुल=Rahul "
        "दीपक=Deepak अरुण=Arun कृष्ण=Krishna महेश=Mahesh प्रकाश=Prakash रवि=Ravi सुरेश=Suresh"
    ),
    words(
        "सुनीता=Sunita अनीता=Anita प्रिया=Priya गीता=Gita सीता=Sita पूजा=Puja रेखा=Rekha "
        "मीना=Meena कविता=Kavita लक्ष्मी=Lakshmi राधा=Radha सरिता=Sarita उषा=Usha ज्योति=Jyoti"
    ),
    words(
        "राम=Ram देव=Dev कृष्ण=Krishna चन्द्र=Chandra हरि=Hari सूर्य=Surya धर्म=Dharma जय=Jay "
        "रण=Ran विश्व=Vishva शिव=Shiv महा=Maha इन्द्र=Indra सोम=Som"
    ),
    words(
        "पाल=pal नाथ=nath दास=das प्रसाद=prasad राज=raj सिंह=singh वर्मा=varma कुमार=kumar गुप्ता=gupta"
    ),
)

CULTURES: Final[dict[str, Culture]] = {
    "french": _FRENCH,
    "german": _GERMAN,
    "english": _ENGLISH,
    "polish": _POLISH,
    "turkish": _TURKISH,
    "spanish": _SPANISH,
    "vietnamese": _VIETNAMESE,
    "russian": _RUSSIAN,
    "greek": _GREEK,
    "arabic": _ARABIC,
    "chinese": _CHINESE,
    "korean": _KOREAN,
    "hindi": _HINDI,
}
