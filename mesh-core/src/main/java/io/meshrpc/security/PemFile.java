package io.meshrpc.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys as text (RFC 7468). What it throws names the file, never what is in it. */
final class PemFile {
  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");
  private static final String LINE = "-----"; // before and after BEGIN and END; in no body
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
  private static final String TO_PKCS8 = "; openssl pkcs8 -topk8 -nocrypt turns it into one";
  private static final long BYTES_MAX = 4 << 20;

  private final Path file;
  private final String what;
  private final List<Block> blocks = new ArrayList<>();

  private record Block(String type, byte[] bytes) {}

  private PemFile(Path file, String what) {
    this.file = file;
    this.what = what;
  }

  /**
   * Reads a file.
   *
   * @param what it is for, for those who read what is thrown
   * @throws IllegalArgumentException if it cannot be read or is not of this form
   */
  static PemFile read(Path file, String what) {
    PemFile pem = new PemFile(file, what);
    String text = pem.text();
    Matcher begin = BEGIN.matcher(text);
    while (begin.find()) {
      String type = begin.group(1);
      int end = text.indexOf(LINE, begin.end());
      if (end < 0 || !text.startsWith(LINE + "END " + type + LINE, end)) {
        throw pem.wrong("a block " + type + " that is cut off", "-----END " + type + LINE, null);
      }
      pem.blocks.add(new Block(type, pem.decode(text.substring(begin.end(), end))));
    }
    if (pem.blocks.isEmpty()) {
      throw pem.wrong("no PEM block", "-----BEGIN …-----", null);
    }
    return pem;
  }

  /** All certificates, in their order; at least one. */
  List<X509Certificate> certificates() {
    List<X509Certificate> all = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE")) {
        all.add(certificate(block.bytes));
      }
    }
    if (all.isEmpty()) {
      throw wrong("no certificate", "at least one block CERTIFICATE", null);
    }
    return all;
  }

  /** The private key. */
  PrivateKey privateKey() {
    for (Block block : blocks) {
      switch (block.type) {
        case "PRIVATE KEY" -> {
          return privateKey(block.bytes);
        }
        case "ENCRYPTED PRIVATE KEY" ->
          throw wrong("an encrypted key", "one without a password, as PKCS#8" + TO_PKCS8, null);
        case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
          throw wrong("a key as " + block.type, "PKCS#8, a block PRIVATE KEY" + TO_PKCS8, null);
        default -> {}
      }
    }
    throw wrong("no private key", "a block PRIVATE KEY", null);
  }

  private PrivateKey privateKey(byte[] bytes) {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(bytes);
    try {
      for (String algorithm : ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (GeneralSecurityException e) {
          // of another kind, perhaps; its text might tell of the key
        }
      }
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
    throw wrong("a key that cannot be read", "a PKCS#8 key of RSA, EC or EdDSA", null);
  }

  private X509Certificate certificate(byte[] bytes) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes));
    } catch (CertificateException e) {
      throw wrong("a certificate that cannot be read", "X.509", e);
    }
  }

  private String text() {
    if (!Files.exists(file)) {
      throw wrong("no such file", "a PEM file", null);
    }
    try {
      if (Files.isDirectory(file)) {
        throw wrong("a directory", "a PEM file", null);
      }
      if (Files.size(file) > BYTES_MAX) {
        throw wrong("more than 4 MiB", "a PEM file", null);
      }
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw wrong("cannot be read: " + e.getClass().getSimpleName(), "a readable PEM file", null);
    }
  }

  private byte[] decode(String base64) {
    String body = base64.replaceAll("(?m)^[A-Za-z-]+:.*$", ""); // such as Proc-Type: of old files
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw wrong("a block that is not Base64", "a PEM file", null);
    }
  }

  private IllegalArgumentException wrong(
      String found, String expected, @org.jspecify.annotations.Nullable Throwable cause) {
    return new IllegalArgumentException(
        what + ": " + file + ": " + found + " (expected: " + expected + ")", cause);
  }
}
