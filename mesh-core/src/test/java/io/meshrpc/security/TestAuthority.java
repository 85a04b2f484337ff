package io.meshrpc.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** An authority that signs certificates for tests, and writes them to files. */
public final class TestAuthority {
  private static final byte[] ECDSA =
      Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2)); // with SHA-256
  private static final Duration YEAR = Duration.ofDays(365);
  private static long serial = System.nanoTime();

  private final KeyPair keys = ecKeys();
  private final X500Principal name;
  private final X509Certificate certificate;

  /** A key and its chain. */
  public record Node(PrivateKey key, List<X509Certificate> chain) {
    /** Writes {@code name.pem} and {@code name.key}, each at once. */
    public Node write(Path folder, String name) {
      put(folder.resolve(name + ".pem"), pem(chain));
      put(folder.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded()));
      return this;
    }
  }

  /** An authority of this common name. */
  public TestAuthority(String commonName) {
    this.name = new X500Principal("CN=" + commonName);
    Instant now = Instant.now();
    byte[] isAuthority = extension(new int[] {2, 5, 29, 19}, Der.sequence(Der.yes()), true);
    this.certificate =
        sign(name, keys.getPublic(), now.minus(YEAR), now.plus(YEAR), List.of(isAuthority));
  }

  /** Writes its own certificate. */
  public Path write(Path folder, String file) {
    return put(folder.resolve(file), pem(List.of(certificate)));
  }

  /** A node with these names: DNS names, URIs, {@code ip:} before addresses, {@code uri:} before odd URIs. */
  public Node node(String commonName, String... names) {
    Instant now = Instant.now();
    return node(commonName, ecKeys(), now.minus(YEAR), now.plus(YEAR), names);
  }

  /** A node whose certificate was good until yesterday. */
  public Node expired(String commonName, String... names) {
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    return node(commonName, ecKeys(), yesterday.minus(YEAR), yesterday, names);
  }

  /** A node with keys of its own. */
  public Node node(String commonName, KeyPair pair, Instant from, Instant until, String... names) {
    List<byte[]> extensions = new ArrayList<>();
    if (names.length > 0) {
      byte[][] all = new byte[names.length][];
      for (int i = 0; i < names.length; i++) {
        all[i] = alternative(names[i]);
      }
      extensions.add(extension(new int[] {2, 5, 29, 17}, Der.sequence(all), false));
    }
    X500Principal subject = new X500Principal("CN=" + commonName);
    X509Certificate own = sign(subject, pair.getPublic(), from, until, extensions);
    return new Node(pair.getPrivate(), List.of(own));
  }

  /** A pair for elliptic curves. */
  public static KeyPair ecKeys() {
    return keys("EC", 256);
  }

  /** A pair of this kind. */
  public static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate sign(
      X500Principal subject, PublicKey key, Instant from, Instant until, List<byte[]> extensions) {
    byte[] body = Der.sequence(
        Der.tagged(0xA0, Der.integer(2)),
        Der.integer(nextSerial()),
        ECDSA,
        name.getEncoded(),
        Der.sequence(Der.time(from), Der.time(until)),
        subject.getEncoded(),
        key.getEncoded(),
        extensions.isEmpty()
            ? new byte[0]
            : Der.tagged(0xA3, Der.sequence(extensions.toArray(new byte[0][]))));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      byte[] all = Der.sequence(body, ECDSA, Der.bits(signature.sign()));
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(all));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static synchronized long nextSerial() {
    return ++serial;
  }

  private static byte[] extension(int[] oid, byte[] value, boolean critical) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
        : Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] alternative(String name) {
    if (name.startsWith("ip:")) {
      try {
        return Der.tagged(0x87, InetAddress.getByName(name.substring(3)).getAddress());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (name.startsWith("uri:")) {
      return Der.text(0x86, name.substring(4));
    }
    return Der.text(name.contains("://") ? 0x86 : 0x82, name);
  }

  /** Certificates as PEM. */
  static String pem(List<X509Certificate> chain) {
    StringBuilder all = new StringBuilder();
    for (X509Certificate one : chain) {
      try {
        all.append(pem("CERTIFICATE", one.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException(e);
      }
    }
    return all.toString();
  }

  /** One block of PEM. */
  static String pem(String type, byte[] bytes) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
  }

  /** Writes a file at once, as whoever renews certificates should. */
  static Path put(Path file, String text) {
    try {
      Path draft = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(draft, text, StandardCharsets.US_ASCII);
      return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
