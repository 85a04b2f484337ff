package io.meshrpc.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where keys or trust come from, to be read again and again. Never shows what it reads. */
interface KeySource {
  /** What a node proves itself with, and whom it believes. Either may be empty. */
  record Found(@Nullable Entry own, List<X509Certificate> trusted) {}

  /** A key and its chain, the node's own certificate first. */
  record Entry(PrivateKey key, List<X509Certificate> chain, String from) {
    @Override
    public String toString() {
      return "the key of " + from;
    }
  }

  /**
   * Reads.
   *
   * @throws IllegalArgumentException if that is not possible
   */
  Found read();

  /** The files that are read. */
  List<Path> files();

  /** A chain and a key as PEM. */
  static KeySource pem(Path chain, Path key) {
    return of(List.of(chain, key), () -> {
      List<X509Certificate> certificates = PemFile.read(chain, "certificate").certificates();
      PrivateKey own = PemFile.read(key, "key").privateKey();
      return new Found(new Entry(own, certificates, key.toString()), List.of());
    });
  }

  /** Trusted authorities as PEM. */
  static KeySource trust(Path file) {
    return of(List.of(file), () -> new Found(null, PemFile.read(file, "trust").certificates()));
  }

  /** A KeyStore's file, PKCS12 or JKS. */
  static KeySource file(Path file, char[] password, boolean own) {
    char[] kept = password.clone();
    return of(List.of(file), () -> read(load(file, kept, own), kept, own, file.toString()));
  }

  /** A KeyStore that somebody else keeps. */
  static KeySource store(KeyStore store, char[] password, boolean own) {
    char[] kept = password.clone();
    return of(List.of(), () -> read(store, kept, own, "a KeyStore"));
  }

  private static KeyStore load(Path file, char[] password, boolean own) {
    String what = what(own) + ": " + file;
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(what + ": no such file (expected: a KeyStore)");
    }
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType()); // reads PKCS12 and JKS
      store.load(in, password);
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          what + ": cannot be read (expected: a KeyStore, PKCS12 or JKS, and its password)", e);
    }
  }

  private static Found read(KeyStore store, char[] password, boolean own, String from) {
    try {
      return own ? key(store, password, from) : trusted(store, from);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          what(own) + ": " + from + ": cannot be opened (expected: the right password)", e);
    }
  }

  private static Found key(KeyStore store, char[] password, String from)
      throws GeneralSecurityException {
    Entry found = null;
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias) && store.getKey(alias, password) instanceof PrivateKey key) {
        if (found != null) {
          throw new IllegalArgumentException(
              "keyStore: " + from + ": more than one key (expected: one)");
        }
        found = new Entry(key, x509(store.getCertificateChain(alias)), from);
      }
    }
    if (found == null) {
      throw new IllegalArgumentException("keyStore: " + from + ": no private key (expected: one)");
    }
    return new Found(found, List.of());
  }

  private static Found trusted(KeyStore store, String from) throws GeneralSecurityException {
    List<X509Certificate> all = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isCertificateEntry(alias)
          && store.getCertificate(alias) instanceof X509Certificate certificate) {
        all.add(certificate);
      }
    }
    if (all.isEmpty()) { // those that openssl puts into PKCS12 are not marked as trusted
      throw new IllegalArgumentException(
          "trustStore: " + from
              + ": no certificate that is trusted (expected: one at least, as keytool -importcert makes it)");
    }
    return new Found(null, all);
  }

  private static List<X509Certificate> x509(Certificate @Nullable [] chain) {
    List<X509Certificate> all = new ArrayList<>();
    for (Certificate certificate : chain == null ? new Certificate[0] : chain) {
      if (certificate instanceof X509Certificate known) {
        all.add(known);
      }
    }
    return all;
  }

  private static String what(boolean own) {
    return own ? "keyStore" : "trustStore";
  }

  private static KeySource of(List<Path> files, java.util.function.Supplier<Found> reader) {
    return new KeySource() {
      @Override
      public Found read() {
        return reader.get();
      }

      @Override
      public List<Path> files() {
        return files;
      }

      @Override
      public String toString() {
        return files.toString();
      }
    };
  }
}
