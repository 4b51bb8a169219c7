"""Write names in Indonesian title case: function words small, acronyms as they are written."""

from __future__ import annotations

import re

_SMALL = frozenset(
    "dan atau di ke dari yang untuk pada dalam dengan oleh atas terkait bagi kepada terhadap tentang".split()
)
_ACRONYMS = frozenset(
    "RSUD RSU RSUP RS BPJS PDAM SMA SMK SMP SD TK PAUD MI MTS MA KUA UPT UPTD UPTB BUMN BUMD BUMDES BPBD BKPSDM"
    " BKD BKN BPN ATR KPU PLN KAI PT CV TNI POLRI ASN PNS CPNS PPPK P3K TPP TPG GTK NIDN NUPTK NISN NPSN KTP KK"
    " KIA SIM STNK SKCK KIP KIS KKS KPS PKH BST BPNT BLT BLSM DTKS RST TKA TKI PMI P3MI PBI PPU PBPU BPU KPR KPJ"
    " SIPP EPS BBM LPG SPBU RT RW UMKM APBD APBN PBJ SIKAP SIRUP REDD+ BIOCF FCPF-CF JPO AHU MLA BPHN JDIH HAM WNI"
    " WNA WNI/WNA DTLST SARA MBG SP4N SP4N-LAPOR! P4GN SRGI CSIRT SIPD SIMBG S2/S3 RI DKI DIY NTT NTB STR SIP THR"
    " FKTP FKRTL ICU ICCU NICU HCU PICU COB SEP SLA PIPP KC KCU KC/KK VA PDGS SDM APD PCR PSBB WFH PT. ODGJ JPS"
    " KKN K/L COVID-19 COVID DD DPRD KPK BPOM BPKP BNN BNPB BMKG LPSE KPPU PPID OPD SKPD RSIA RSJ TPA TPS TPU PPDB"
    " BOS PBB BAZNAS KONI PKK DPMPTSP DLH PUPR VII VIII II III IV VI IX XI XII YG TAX NIK NON-ASN TKI/MI DAMRI"
    " ESDM PSDA".split()
)
# Written neither as a word nor in capitals.
_OTHERS = {"online": "Online", "p-care": "P-Care", "edabu": "EDABU", "polda": "Polda", "covid-19": "Covid-19",
           "covid": "Covid", "sikap": "SIKaP", "sirup": "SiRUP", "bumdes": "BUMDes", "yg": "yang",
           "damri": "Damri", "dll": "dll", "dll.": "dll.", "polri": "Polri", "mts": "MTs",
           "kab": "Kab"}  # fmt: skip
# Acronyms that are also words of the language are left alone unless they stand so in the original.
_WORDS_TOO = frozenset({"ma", "mi", "sd", "tk", "sip", "sara", "rst", "bos", "va", "dd", "pt", "tax", "kc"})
_PIECE = re.compile(r"[^\s()/]+|[\s()/]+")


def _case_word(word: str, first: bool, shouting: bool) -> str:
    bare = word.strip(".,;:")
    lowered, upper = bare.casefold(), bare.upper()
    if lowered in _OTHERS:
        cased = _OTHERS[lowered]
    elif upper in _ACRONYMS and (lowered not in _WORDS_TOO or bare == upper):
        cased = upper
    elif (lowered in _SMALL and not first) or (bare == "dr" and word != bare):
        # "dr." is a physician, "Dr." a doctor of anything: only the one who wrote it knows.
        cased = lowered
    elif bare == upper and not shouting and 2 <= len(bare) <= 6:
        # Capitals amid other writing are an acronym that is not in the list.
        cased = bare
    elif "-" in bare:
        cased = "-".join(part[:1].upper() + part[1:].lower() for part in bare.split("-"))
    else:
        cased = bare[:1].upper() + bare[1:].lower()
    return word.replace(bare, cased, 1) if bare else word


def title_case(name: str) -> str:
    """Write a name of an agency or category in title case.

    >>> title_case("DINAS PEKERJAAN UMUM DAN TATA RUANG")
    'Dinas Pekerjaan Umum dan Tata Ruang'
    >>> title_case("bpjs kesehatan KC Palu"), title_case("KTP (KARTU TANDA PENDUDUK)")
    ('BPJS Kesehatan KC Palu', 'KTP (Kartu Tanda Penduduk)')
    """
    words = [word for word in name.split() if len(word) > 1]
    # Where most words are in capitals, capitals say nothing about a single word.
    shouting = sum(word.isupper() for word in words) * 2 > len(words)
    pieces = _PIECE.findall(name)
    out: list[str] = []
    first = True
    for piece in pieces:
        if piece.isspace() or not piece.strip("()/ \t"):
            out.append(piece)
            # A bracket opens a name of its own.
            first = first or "(" in piece
            continue
        out.append(_case_word(piece, first, shouting))
        first = False
    return "".join(out)
