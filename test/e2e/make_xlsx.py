"""Writes a small workbook as spreadsheet programs do: make_xlsx.py FILE good|bad|bomb."""
import sys
import zipfile

book = ('<workbook xmlns:r="r"><sheets><sheet name="题目" r:id="r1"/>'
        '<sheet name="more" r:id="r2"/></sheets></workbook>')
relations = ('<Relationships>'
             '<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
             '<Relationship Id="r2" Type="x/worksheet" Target="worksheets/sheet2.xml"/>'
             '<Relationship Id="r3" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
             '<Relationship Id="r4" Type="x/styles" Target="styles.xml"/></Relationships>')
styles = ('<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
strings = '<sst><si><t>question</t></si><si><t>1+1 等于几？</t></si></sst>'
head = ('<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="s"><v>0</v></c>'
        '<c r="C1" t="inlineStr"><is><t>when</t></is></c></row>')
row = '<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>1</v></c>%s</row>'
good = head + row % (2, 2, 7, 2, '<c r="C2" s="1"><v>46082</v></c>') + row % (4, 4, 8, 4, '')
bad = good + '<row r="6"><c r="A6" t="e"><v>#N/A</v></c></row>'
more = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="b"><v>1</v></c></row>'
bomb = head + '<row r="2"><c r="A2"><v>' + '1' * 300_000_000 + '</v></c></row>'

rows = {'good': good, 'bad': bad, 'bomb': bomb}[sys.argv[2]]
sheet = '<worksheet><sheetData>%s</sheetData></worksheet>'
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as out:
    for name, text in (('xl/workbook.xml', book), ('xl/_rels/workbook.xml.rels', relations),
                       ('xl/worksheets/sheet1.xml', sheet % rows),
                       ('xl/worksheets/sheet2.xml', sheet % more),
                       ('xl/sharedStrings.xml', strings), ('xl/styles.xml', styles)):
        out.writestr(name, text)
