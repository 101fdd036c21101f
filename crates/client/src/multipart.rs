//! Files and parameters in one body: `multipart/form-data`.

use crate::client::Upload;

/// The content type, with the boundary in it, and the body. Parameters go before files.
pub(crate) fn encode(params: &[(String, String)], files: &[Upload]) -> (String, Vec<u8>) {
    // Random enough that no file has it inside.
    let boundary = format!("{:032x}", rand::random::<u128>());
    let mut body = Vec::with_capacity(files.iter().map(|file| file.content.len() + 256).sum());
    let mut part = |disposition: String, content: &[u8]| {
        body.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n").as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    for (name, value) in params {
        part(format!("name=\"{}\"", quoted(name)), value.as_bytes());
    }
    for (number, file) in files.iter().enumerate() {
        let name = quoted(&file.name);
        let content_type = "Content-Type: application/octet-stream";
        part(format!("name=\"file{number}\"; filename=\"{name}\"\r\n{content_type}"), &file.content);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// As browsers do it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_files_are_parts() {
        let file = Upload { name: "a\"b.txt".to_owned(), content: b"x\r\ny".to_vec() };
        let (content_type, body) = encode(&[("topic".to_owned(), "castle".to_owned())], &[file]);
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = String::from_utf8(body).unwrap();
        let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[1], "\r\nContent-Disposition: form-data; name=\"topic\"\r\n\r\ncastle\r\n");
        assert!(parts[2].contains("name=\"file0\"; filename=\"a%22b.txt\"\r\n"), "{}", parts[2]);
        assert!(parts[2].ends_with("\r\n\r\nx\r\ny\r\n"), "{}", parts[2]);
        assert_eq!(parts[3], "--\r\n");
    }
}
