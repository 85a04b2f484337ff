package io.meshrpc.protoc;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.Edition;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.JavaFeaturesProto;
import com.google.protobuf.JavaFeaturesProto.JavaFeatures;
import com.google.protobuf.JavaFeaturesProto.JavaFeatures.NestInFileClassFeature.NestInFileClass;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which Java class protoc's own Java generator makes of each message. */
final class JavaNames {
  private final Map<String, JavaType> types = new HashMap<>();
  private final Set<String> topLevel = new HashSet<>();

  JavaNames(Collection<FileDescriptorProto> files) {
    for (FileDescriptorProto file : files) {
      String outer = qualify(javaPackage(file), outerClass(file));
      topLevel.add(outer);
      for (EnumDescriptorProto type : file.getEnumTypeList()) {
        if (!isNested(
            file, type.getOptions().getFeatures().getExtension(JavaFeaturesProto.java_))) {
          topLevel.add(qualify(javaPackage(file), type.getName()));
        }
      }
      for (DescriptorProto type : file.getMessageTypeList()) {
        boolean nested =
            isNested(file, type.getOptions().getFeatures().getExtension(JavaFeaturesProto.java_));
        String scope = nested ? outer : javaPackage(file);
        if (!nested) {
          topLevel.add(qualify(scope, type.getName()));
        }
        boolean inDeprecated = nested && file.getOptions().getDeprecated(); // the outer class is so
        add(type, "." + qualify(file.getPackage(), type.getName()), scope, inDeprecated);
      }
    }
  }

  /**
   * A message's class.
   *
   * @param name fully qualified, with dots
   * @param deprecated whether naming it earns a warning
   */
  record JavaType(String name, boolean deprecated) {}

  private void add(DescriptorProto type, String protoName, String scope, boolean inDeprecated) {
    JavaType java = new JavaType(
        qualify(scope, type.getName()), inDeprecated || type.getOptions().getDeprecated());
    types.put(protoName, java);
    for (DescriptorProto inner : type.getNestedTypeList()) {
      add(inner, protoName + "." + inner.getName(), java.name(), java.deprecated());
    }
  }

  /** The class of a message, by its full name with a leading dot. */
  JavaType type(String protoName) throws GenerationException {
    JavaType type = types.get(protoName);
    if (type == null) {
      throw new GenerationException("type: \"" + protoName + "\" (expected: one of proto_file)");
    }
    return type;
  }

  /** The full name of the class that is generated for a service. */
  String meshClass(FileDescriptorProto file, ServiceDescriptorProto service) {
    String name = qualify(javaPackage(file), service.getName() + "Mesh");
    while (topLevel.contains(name)) {
      name += "_";
    }
    return name;
  }

  static String javaPackage(FileDescriptorProto file) {
    return file.getOptions().hasJavaPackage()
        ? file.getOptions().getJavaPackage()
        : file.getPackage();
  }

  static String qualify(String scope, String name) {
    return scope.isEmpty() ? name : scope + "." + name;
  }

  private static boolean isNested(FileDescriptorProto file, JavaFeatures features) {
    NestInFileClass setting = features.hasNestInFileClass()
        ? features.getNestInFileClass()
        : isBefore2024(file) ? NestInFileClass.LEGACY : NestInFileClass.NO;
    return switch (setting) {
      case YES -> true;
      case LEGACY -> !file.getOptions().getJavaMultipleFiles();
      case NO, NEST_IN_FILE_CLASS_UNKNOWN -> false;
    };
  }

  private static boolean isBefore2024(FileDescriptorProto file) {
    return file.getEdition().getNumber() < Edition.EDITION_2024_VALUE; // unset in proto2 and proto3
  }

  static String outerClass(FileDescriptorProto file) {
    FileOptions options = file.getOptions();
    if (options.hasJavaOuterClassname()) {
      return options.getJavaOuterClassname();
    }
    String base = file.getName().substring(file.getName().lastIndexOf('/') + 1);
    String name = upperCamel(base.replaceFirst("\\.(proto|protodevel)$", ""));
    boolean old = isBefore2024(file)
        || options
            .getFeatures()
            .getExtension(JavaFeaturesProto.java_)
            .getUseOldOuterClassnameDefault();
    if (!old) {
      return name + "Proto";
    }
    boolean conflict =
        file.getEnumTypeList().stream().anyMatch(type -> type.getName().equals(name))
            || file.getServiceList().stream().anyMatch(type -> type.getName().equals(name))
            || file.getMessageTypeList().stream().anyMatch(type -> mentions(type, name));
    return conflict ? name + "OuterClass" : name;
  }

  private static boolean mentions(DescriptorProto type, String name) {
    return type.getName().equals(name)
        || type.getEnumTypeList().stream().anyMatch(inner -> inner.getName().equals(name))
        || type.getNestedTypeList().stream().anyMatch(inner -> mentions(inner, name));
  }

  private static String upperCamel(String name) {
    StringBuilder camel = new StringBuilder();
    boolean up = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean small = c >= 'a' && c <= 'z';
      boolean digit = c >= '0' && c <= '9';
      if (small || digit || (c >= 'A' && c <= 'Z')) {
        camel.append(small && up ? (char) (c - 'a' + 'A') : c);
      }
      up = !small && !(c >= 'A' && c <= 'Z');
    }
    return camel.toString();
  }
}
