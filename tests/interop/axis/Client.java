import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.text.SimpleDateFormat;
import java.time.temporal.ChronoUnit;
import java.util.Calendar;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.bind.DatatypeConverter;
import javax.xml.namespace.QName;
import org.apache.axis.AxisFault;
import org.apache.axis.client.Stub;
import org.apache.axis.description.ElementDesc;
import org.apache.axis.description.FieldDesc;
import org.apache.axis.description.TypeDesc;
import org.apache.axis.message.SOAPHeaderElement;

/** Axis 1.4 with classes of WSDL2Java: goes through the steps. Usage: Client STEPS BASE_URL */
final class Client extends Flat {
    private final String base;
    private final Map<String, Stub> stubs = new LinkedHashMap<>();

    private Client(String base) {
        this.base = base;
    }

    public static void main(String[] arguments) throws Exception {
        new Client(arguments[1]).run(arguments[0]);
    }

    @Override
    Object call(Step step) throws Exception {
        if (!stubs.containsKey(step.path)) stubs.put(step.path, connect(step.path));
        Stub stub = stubs.get(step.path);
        stub.clearHeaders();
        header(stub, step, "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/", "ActiveOrganisationHeader",
                dk.oio.rep.ams_dk.xml.schemas._2005._09._01.ActiveOrganisationHeaderType.class);
        header(stub, step, "http://service.bm.dk/RequestUserMetadata/2015/01/21/", "RequestUserMetadataHeader",
                dk.bm.service.RequestUserMetadata._2015._01._21.RequestUserMetadataHeaderType.class);
        Method method = method(stub.getClass(), step.operation);
        try {
            Object answer = method.invoke(stub, filled(method.getParameterTypes()[0], step.body, null));
            // A response of nothing but a list is handed out as an array.
            return answer.getClass().isArray() ? Map.of(step.operation.endsWith("Names") ? "CodeListName" : "CodeListItem", answer) : answer;
        } catch (InvocationTargetException thrown) {
            AxisFault error = (AxisFault) thrown.getCause();
            if (!error.getClass().getSimpleName().equals("FaultDetailsType")) throw error;
            Map<String, Object> fault = new LinkedHashMap<>(Map.of("code", error.getFaultCode().getLocalPart(), "text", error.getFaultString()));
            for (Map.Entry<String, Field> entry : fields(error.getClass()).entrySet()) fault.put(entry.getKey(), entry.getValue().get(error));
            return Map.of("Fault", fault);
        }
    }

    private void header(Stub stub, Step step, String namespace, String name, Class<?> type) throws Exception {
        Object value = filled(type, step.header, name);
        if (value != null) stub.setHeader(new SOAPHeaderElement(new QName(namespace, name), value));
    }

    private Stub connect(String path) throws Exception {
        URL url = new URL(base + path);
        return (Stub) (path.contains("CitizenMessage")
                ? new dk.bm.service.pjaktass._2.CitizenMessageService.CitizenMessageService_ServiceLocator().getCitizenMessageService(url)
                : new dk.bm.service.pjaktass._5.CodeListService.CodeListService_ServiceLocator().getCodeListService(url));
    }

    @Override
    Map<String, Field> fields(Class<?> type) {
        Map<String, Field> fields = new LinkedHashMap<>(), declared = new LinkedHashMap<>();
        for (Field field : Flat.declared(type)) declared.put(field.getName(), field);
        try {
            for (FieldDesc field : ((TypeDesc) type.getMethod("getTypeDesc").invoke(null)).getFields(true)) {
                QName item = field instanceof ElementDesc ? ((ElementDesc) field).getItemQName() : null;
                String name = field.getXmlName().getLocalPart();
                fields.put(item == null ? name : name + "." + item.getLocalPart(), declared.get(field.getFieldName()));
            }
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
        return fields;
    }

    @Override
    Object leaf(Class<?> type, String text) throws Exception {
        return type == Calendar.class ? DatatypeConverter.parseDateTime(text) : new SimpleDateFormat("yyyy-MM-dd").parse(text);
    }

    @Override
    String shown(Object value) {
        if (value instanceof Calendar) return ((Calendar) value).toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
        return value instanceof Date ? new SimpleDateFormat("yyyy-MM-dd").format((Date) value) : null;
    }
}
