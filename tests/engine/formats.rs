//! Small files of every format, made part by part so that a test can spoil one.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The entries of an archive, by name.
pub(crate) type Entries = Vec<(String, Vec<u8>)>;

/// An archive of these entries.
pub(crate) fn zip(entries: &Entries) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(name.as_str(), SimpleFileOptions::default()).expect("a new entry");
        archive.write_all(bytes).expect("memory can be written");
    }
    archive.finish().expect("memory can be written").into_inner()
}

fn entries<const N: usize>(parts: [(&str, &str); N]) -> Entries {
    parts.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The parts of a spreadsheet with one sheet of these cells (the XML inside of
/// `sheetData`) and these shared texts (the XML inside of `sst`).
pub(crate) fn xlsx_parts(sheet_data: &str, shared: &str) -> Entries {
    let sheet = format!(
        "{XML}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1\"/><sheetData>{sheet_data}</sheetData></worksheet>"
    );
    let shared = format!(
        "{XML}<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"3\" uniqueCount=\"3\">{shared}</sst>"
    );
    entries([
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>",
        ),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Words\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
        ),
        (
            "xl/styles.xml",
            "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
        ),
        ("xl/sharedStrings.xml", &shared),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// Two columns and three rows: shared and inline texts, a number, a date, a truth, an error.
pub(crate) const SHEET: &str = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>kind</t></is></c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\"><v>3.0</v></c></row><row r=\"4\"><c r=\"A4\" t=\"s\"><v>2</v></c><c r=\"B4\" s=\"1\"><v>45000</v></c><c r=\"C4\" t=\"b\"><v>1</v></c><c r=\"D4\" t=\"e\"><v>#N/A</v></c></row>";
pub(crate) const SHARED: &str = "<si><t>word</t></si><si><t>apple</t></si><si><r><t xml:space=\"preserve\">pear </t></r><r><t>tree</t></r></si>";

/// The parts of an OpenDocument spreadsheet of these rows.
pub(crate) fn ods_parts(rows: &str) -> Entries {
    let content = format!(
        "{XML}<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"Words\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    entries([
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
    ])
}

pub(crate) const ODS_ROWS: &str = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>word</text:p></table:table-cell><table:table-cell office:value-type=\"string\"><text:p>kind</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"string\"><office:annotation><text:p>a note</text:p></office:annotation><text:p>apple<text:s text:c=\"2\"/>&amp; pie</text:p></table:table-cell><table:table-cell office:value-type=\"float\" office:value=\"3.0\"><text:p>3,00</text:p></table:table-cell></table:table-row><table:table-row><table:covered-table-cell/><table:table-cell office:value-type=\"date\" office:date-value=\"2026-11-26\"><text:p>26.11.26</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";

/// The parts of a document with this body.
pub(crate) fn docx_parts(body: &str) -> Entries {
    let document = format!(
        "{XML}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    entries([("[Content_Types].xml", "<Types/>"), ("word/document.xml", &document)])
}

pub(crate) const DOCX_BODY: &str = "<w:p><w:r><w:t>apple &amp; </w:t></w:r><w:r><w:t>pear</w:t></w:r></w:p><w:p><w:r><w:t>plum</w:t><w:br/><w:t>tree</w:t></w:r><w:r><w:delText>gone</w:delText></w:r></w:p><w:p><w:r><w:t>fig</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>word</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>kind</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr><w:p><w:r><w:t>kiwi</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";

/// A Parquet file of texts and numbers.
pub(crate) fn parquet(texts: &[&str], compression: Compression) -> Vec<u8> {
    let schema = "message list { REQUIRED BYTE_ARRAY word (UTF8); OPTIONAL DOUBLE weight; }";
    let schema = Arc::new(parse_message_type(schema).expect("a sound schema"));
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut file = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut file, schema, properties).expect("memory can be written");
    let mut group = writer.next_row_group().expect("memory can be written");
    let mut column = group.next_column().expect("memory can be written").expect("two columns");
    let words: Vec<ByteArray> = texts.iter().map(|&text| ByteArray::from(text)).collect();
    column.typed::<ByteArrayType>().write_batch(&words, None, None).expect("written");
    column.close().expect("written");
    let mut column = group.next_column().expect("memory can be written").expect("two columns");
    // Every other weight is missing.
    let levels: Vec<i16> = (0..texts.len()).map(|index| i16::from(index % 2 == 0)).collect();
    let weights = vec![2.5; levels.iter().filter(|&&level| level == 1).count()];
    column.typed::<DoubleType>().write_batch(&weights, Some(&levels), None).expect("written");
    column.close().expect("written");
    group.close().expect("written");
    writer.close().expect("written");
    file
}

/// A NumPy file with this header and these numbers.
pub(crate) fn npy(header: &str, numbers: &[f32]) -> Vec<u8> {
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(padded).expect("a short header").to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = padded - 1).into_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

/// The header of `rows x dim` numbers of 32 bits.
pub(crate) fn npy_header(rows: usize, dim: usize) -> String {
    format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}")
}
