"""Tell which language a complaint is mostly written in, by its small words; enough for slices and for watching the mix.

Function words are few, frequent and hard to avoid, so that a dozen tell related languages apart. The lists hold words
that the language has and written Indonesian has not; formal and informal Indonesian share one list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

INDONESIAN = "indonesia"
OTHER = "lain"
JAVA = frozenset({INDONESIAN, "jawa", "sunda", "betawi", "madura"})
"""Languages of the island of Java (with Madura) and Indonesian itself."""

_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(words.split())
        for name, words in {
            INDONESIAN: (
                "yang yg dan di ke dari untuk utk dengan dgn tidak tdk gak ga nggak ngga enggak tak ini itu ada adalah "
                "saya sy kami kita pada dalam dlm sudah sdh udah udh belum blm akan bisa agar supaya karena krn juga "
                "jg kenapa mengapa bagaimana gimana apakah mohon tolong mhn banyak sangat lagi sampai oleh para bapak "
                "ibu pak bu kok sih nih dong aja saja harus jangan jalan warga setiap masih hari apa"
            ),
            "jawa": (
                "ora mboten wis wes sampun durung dereng sing ingkang neng ning teng nang iki niki iku kuwi kae piye "
                "pripun opo nopo kulo kula aku awakdewe sampeyan panjenengan dalan dalane akeh katah banyune banyu "
                "wong tiyang omah griyo sak saking karo kaliyan nganti ngantos nek menawi lan kabeh sedoyo "
                "tulung nyuwun nggih njih mas mbak mbok ojo gedhe bengi esuk sesuk ndalu dados dadi angel arep pingin"
            ),
            "sunda": (
                "teu henteu teuing atos tos parantos acan tacan nu anu ieu eta kumaha naha abdi urang sim kuring "
                "anjeun jalmi jelema seueur loba pisan ka ti dina kana tina sareng jeung sok mangga punten nuhun "
                "hatur ayeuna kamari bumi imah caina poek ulah wae bae keur nuju sanes lain aya mah teh ge oge"
            ),
            "betawi": "kagak kaga ane ente gue gua lu lo aye bang nyak babe emang cuman doang ampe bae deh pegimane",
            "madura": "bedhe tadha' tadha ampon engko' engkok sengko' abdhi dhalem jhalan oreng bannya' dha' ka'dhinto",
            "minang": "indak ndak alah alun awak ambo kito iko itu tu nan jo dek dima baa manga bana banyak urang rang"
            " kampuang jalan aia dunsanak uni uda lai juo ciek pulo basobok rancak",
            "banjar": "kada kadada sudah ulun pian kami nang ngini ngitu handak bubuhan banyu pang lawan gasan"
            " kaya-apa kenapa wan ading kakak urang banua haja limbah",
            "melayu timur": "tara trada tra seng kitong katong torang ngana kamorang dorang deng pigi su so bae-bae"
            " beta ko dong pace mace paitua sa pu kasi kase nda nyanda pe tong",
            "bugis-makassar": "tena anne anjo nakke katte kodong iye' iyek degaga engka iyaro mitta ki' mi ji pi bela"
            " ta' iyye apaji",
            "bali": "ten tiang niki nika sampun durung napi sane ring antuk wenten nenten suksma rage tusing ane suba",
            "batak": "ndang dang adong hita hami dohot tu sian nunga lae ito horas boasa molo holan ganup",
            "aceh": "hana kamoe nyoe nyan ngon keu ureueng gampong that ka geutanyoe peue pajan",
            "sasak": "ndek arak sak tiang side pelinggih wah araq ndeq kadu leq jari dengan-dengan",
            "inggris": "the is are was and of to in for with this that have has not please you your they from it on be",
        }.items()
    }
)
_WORD = re.compile(r"[a-z][a-z'-]*")
_LEAST_WORDS = 3
_LEAST_SHARE = 0.04


def language(text: str) -> str:
    """Name the language that most of the telling words belong to; ``lain`` where hardly any word tells.

    >>> language("Lampu jalan di desa kami sudah lama mati, mohon diperbaiki")
    'indonesia'
    >>> language("dalane rusak nganti ora iso dilewati, piye iki pak")
    'jawa'
    >>> language("jalanna teu acan dioméan, kumaha ieu teh")
    'sunda'
    >>> language("qwrt zxcv plkm hgfd")
    'lain'
    """
    words = _WORD.findall(text.casefold())
    if len(words) < _LEAST_WORDS:
        return INDONESIAN if any(word in _WORDS[INDONESIAN] for word in words) else OTHER
    # A word of several lists counts for each a part, so that what is shared decides nothing.
    scores: dict[str, float] = {}
    for word in words:
        owners = [name for name, list_ in _WORDS.items() if word in list_]
        for name in owners:
            scores[name] = scores.get(name, 0.0) + 1 / len(owners)
    if not scores:
        return OTHER
    best = max(scores, key=lambda name: (scores[name], name == INDONESIAN))
    return best if scores[best] / len(words) >= _LEAST_SHARE else OTHER
