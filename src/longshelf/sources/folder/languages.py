"""Language tags: whatever a file calls its language becomes a BCP 47 tag in its usual case, or "" when it cannot be told.

The rule: a language with a two-letter code is written with it ("eng" and "English" are "en"), as BCP 47 asks."""

import re
from functools import lru_cache

# ISO 639-2 codes (terminological and, where it differs, bibliographic) of the languages that have an ISO 639-1 code.
_PAIRS = (
    "aar=aa abk=ab afr=af aka=ak alb=sq amh=am ara=ar arg=an arm=hy asm=as ava=av ave=ae aym=ay aze=az bak=ba bam=bm baq=eu bel=be "
    "ben=bn bih=bh bis=bi bod=bo bos=bs bre=br bul=bg bur=my cat=ca ces=cs cha=ch che=ce chi=zh chu=cu chv=cv cor=kw cos=co cre=cr "
    "cym=cy cze=cs dan=da deu=de div=dv dut=nl dzo=dz ell=el eng=en epo=eo est=et eus=eu ewe=ee fao=fo fas=fa fij=fj fin=fi fra=fr "
    "fre=fr fry=fy ful=ff geo=ka ger=de gla=gd gle=ga glg=gl glv=gv gre=el grn=gn guj=gu hat=ht hau=ha heb=he her=hz hin=hi hmo=ho "
    "hrv=hr hun=hu hye=hy ibo=ig ice=is ido=io iii=ii iku=iu ile=ie ina=ia ind=id ipk=ik isl=is ita=it jav=jv jpn=ja kal=kl kan=kn "
    "kas=ks kat=ka kau=kr kaz=kk khm=km kik=ki kin=rw kir=ky kom=kv kon=kg kor=ko kua=kj kur=ku lao=lo lat=la lav=lv lim=li lin=ln "
    "lit=lt ltz=lb lub=lu lug=lg mac=mk mah=mh mal=ml mao=mi mar=mr may=ms mkd=mk mlg=mg mlt=mt mon=mn mri=mi msa=ms mya=my nau=na "
    "nav=nv nbl=nr nde=nd ndo=ng nep=ne nld=nl nno=nn nob=nb nor=no nya=ny oci=oc oji=oj ori=or orm=om oss=os pan=pa per=fa pli=pi "
    "pol=pl por=pt pus=ps que=qu roh=rm ron=ro rum=ro run=rn rus=ru sag=sg san=sa sin=si slk=sk slo=sk slv=sl sme=se smo=sm sna=sn "
    "snd=sd som=so sot=st spa=es sqi=sq srd=sc srp=sr ssw=ss sun=su swa=sw swe=sv tah=ty tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th "
    "tib=bo tir=ti ton=to tsn=tn tso=ts tuk=tk tur=tr twi=tw uig=ug ukr=uk urd=ur uzb=uz ven=ve vie=vi vol=vo wel=cy wln=wa wol=wo "
    "xho=xh yid=yi yor=yo zha=za zho=zh zul=zu"
)
_SHORT = dict(pair.split("=") for pair in _PAIRS.split())
_NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "francais": "fr", "spanish": "es", "español": "es",
    "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl", "russian": "ru",
    "русский": "ru", "japanese": "ja", "日本語": "ja", "chinese": "zh", "中文": "zh", "korean": "ko", "한국어": "ko", "polish": "pl",
    "polski": "pl", "czech": "cs", "swedish": "sv", "svenska": "sv", "danish": "da", "dansk": "da", "norwegian": "no", "norsk": "no",
    "finnish": "fi", "suomi": "fi", "greek": "el", "turkish": "tr", "arabic": "ar", "hebrew": "he", "hindi": "hi", "hungarian": "hu",
    "romanian": "ro", "ukrainian": "uk", "bulgarian": "bg", "croatian": "hr", "serbian": "sr", "slovak": "sk", "slovenian": "sl",
    "catalan": "ca", "latin": "la", "thai": "th", "vietnamese": "vi", "indonesian": "id", "persian": "fa", "british english": "en-GB",
    "american english": "en-US", "brazilian portuguese": "pt-BR",
}  # fmt: skip
_UNTOLD = frozenset(("und", "zxx", "mul", "mis", "unknown", "none", "undefined"))
_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})(?:-(?P<rest>[a-z0-9]{2,8}(?:-[a-z0-9]{1,8})*))?")


@lru_cache(maxsize=1_024)
def language(text: str) -> str:
    """ "en", "pt-BR", "zh-Hant-TW" from a tag, an ISO 639 code, a locale ("pt_BR.UTF-8") or a language's usual name."""
    plain = text.strip().casefold()
    if plain in _NAMES:
        return _NAMES[plain]
    match = _TAG.fullmatch(plain.split(".")[0].split("@")[0].replace("_", "-"))
    if match is None or match["language"] in _UNTOLD:
        return ""
    parts = [_SHORT.get(match["language"], match["language"]), *match["extended"].split("-")[1:]]
    parts.extend(_cased(part) for part in (match["rest"] or "").split("-") if part)
    return "-".join(parts)[:35].rstrip("-")


def _cased(part: str) -> str:
    """The customary case: a script in title case, a region in capitals."""
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part
