"""Forty passages in the manner of patents and textbooks, invented, each with the number of its sentences."""

import csv
from pathlib import Path

COLUMNS = ("book_id", "category", "popularity", "text", "word_segment", "publication_ymd")

# category -> (text, number of sentences, headings among them)
PASSAGES: dict[str, list[tuple[str, int]]] = {
    "간호학": [
        (
            "1. 노인의 사정\n노인평가도구 (Geriatric Assessment Tools)는 여럿을 본다. "
            "노인평가도구는 낙상(落傷)의 위험도 본다.",
            3,
        ),
        ("욕창은 압박 궤양(pressure ulcer)이라고도 한다. 체위를 두 시간마다 바꾼다! 왜 그런가?", 3),
        ("가. 투약 원칙\n투약 전에 이름을 확인한다. 용량은 0.5 mg/kg 이다.", 3),
        ("반창고(대일밴드)를 붙이기 전에 상처를 씻는다. 소독약은 포비돈 (povidone. 10 % 용액)을 쓴다.", 2),
        ("1.2.3 활력 징후\n맥박은 분당 60-100회이다. 체온은 36.5도이다.", 3),
        ("섬망(delirium)은 갑자기 나타난다. Kim et al. (2019)은 이를 급성 혼돈이라고 불렀다.", 2),
        (
            "환자에게 “어디가 아프십니까?”라고 묻는다. 대답을 노인사정도구(Geriatric Assessment Tools)에 적는다. "
            "노인사정도구는 짧다.",
            3,
        ),
        ("제2장 감염 관리\n손 위생이 가장 중요하다. 장갑은 손 씻기를 대신하지 못한다.", 3),
    ],
    "의료기기": [
        (
            "【발명의 명칭】\n보행 보조 장치\n[0001] 본 발명은 보행기(walker)에 관한 것이다. 바퀴가 네 개 달렸다.",
            4,
        ),
        ("[0002] 센서(10)는 압력을 잰다. 제어부(20)는 값을 읽어 모터(30)를 돌린다.", 2),
        ("【청구항 1】\n휠체어에 있어서, 좌석과 등받이를 포함하는 것을 특징으로 하는 휠체어.", 2),
        ("도 3은 장치의 사시도이다. Fig. 4는 그 단면도이다.", 2),
        ("① 전원을 켠다. ② 영점을 맞춘다. ③ 시료를 넣는다.", 3),
        ("카테터(catheter. 도관이라고도 한다.)의 지름은 2.5 mm 이다. 길이는 30 cm 이다.", 2),
        ("혈당 측정기는 글루코미터(glucometer)라고도 한다.\n\n검사지는 한 번만 쓴다.", 2),
        ("심박 조율기(pacemaker)는 심장을 뛰게 한다. 전지는 10년을 간다. 교체는 쉽다.", 3),
    ],
    "약학": [
        ("플루옥세틴(상품명 프로작)은 우울증에 쓴다. 선택적 세로토닌 재흡수 억제제(SSRI)에 속한다.", 2),
        ("반감기는 t = 0.693 / k 로 구한다. k는 소실 속도 상수이다.", 2),
        ("아세트아미노펜 (acetaminophen)은 해열제이다. 타이레놀이 그 상품명이다.", 2),
        ("(1) 흡수\n약물은 소장에서 흡수된다. 음식은 흡수를 늦춘다.", 3),
        ("C = C0 × e^(-kt)\n\n이 식에서 C는 농도(濃度)이다.", 2),
        ("부작용으로 구역, 구토, 설사가 있다… 심하면 약을 끊는다.", 2),
        ("임상 시험에서는 위약보다 나았다(p < 0.05). 표본은 120명이었다.", 2),
        ("동의어: 의약품, 약제, 약물. 이 책에서는 의약품이라 쓴다.", 2),
    ],
    "심리학": [
        ("Ⅰ. 서론\n공황장애(패닉장애)는 불안장애의 하나이다. 발작은 10분 안에 가장 심해진다.", 3),
        ("외상 후 스트레스 장애(Post-Traumatic Stress Disorder, PTSD)는 사건 뒤에 온다. 트라우마라고도 한다.", 2),
        ("나) 검사 도구\n벡 우울 척도(BDI. 21문항)를 쓴다. 점수가 높을수록 우울하다.", 3),
        ("자존감이란 무엇인가? 자기를 귀하게 여기는 마음이다. 자아존중감이라고도 한다.", 3),
        ("인지(認知)는 앎의 과정이다. 동기(動機)는 행동을 일으킨다.", 2),
        ("상담자는 내담자를 존중한다. 비밀을 지킨다. 기록을 남긴다.", 3),
        ("표준편차는 s = √(Σ(x - m)² / (n - 1)) 이다. 값이 크면 자료가 흩어져 있다.", 2),
        ("애착 이론(attachment theory; Bowlby, J. 1969)은 어머니와 아이를 다룬다. 이후 넓어졌다.", 2),
    ],
    "전자공학": [
        ("3.1 반도체\n반도체는 도체와 부도체의 중간이다. 실리콘(Si)이 대표적이다.", 3),
        ("옴의 법칙은 V = IR 이다. 전류는 전압에 비례한다.", 2),
        ("발광 다이오드 (Light Emitting Diode, LED)는 빛을 낸다. 전력을 적게 쓴다.", 2),
        ("축전\u00ad기는 전하를 모은다. 콘덴서(condenser)라고도 한\n다고 적은 책이 있다.", 2),
        ("증폭기는 신호를 키운다. 트랜지\n-스터가 아니라 트랜지스터라고 쓴다.", 2),
        ("회로도를 그린다. 부품을 납-\n땜한다. 전원을 넣는다.", 3),
        ("※ 주의\n젖은 손으로 만지지 않는다. 감전(感電)의 위험이 있다!", 3),
        ("예를 들면, 컴퓨터(e.g. 노트북)가 있다. 이는 i.e. 전자계산기이다.", 2),
    ],
}


def write_passages(file: Path) -> Path:
    """Write the passages as the table that they come in, quoted, with line breaks in cells."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number, (category, text) in enumerate(
            (category, text) for category, texts in PASSAGES.items() for text, _ in texts
        ):
            writer.writerow([f"B{number:03}", category, number % 7, text, " ".join(text.split()), "20200102"])
    return file
