// gSOAP with the proxies of soapcpp2: goes through the steps (see flat.py for the lines). Usage: client STEPS BASE_URL

#include <openssl/sha.h>

#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "CitizenMessageServiceBinding.nsmap"
#include "soapCitizenMessageServiceBindingProxy.h"
#include "soapCodeListServiceBindingProxy.h"
#include "soapJobnetCitizenMessageServiceBindingProxy.h"

using Lines = std::vector<std::pair<std::string, std::string>>;
using Leaves = std::map<std::string, std::string>;

static std::string replaced(std::string text, const std::string &from, const std::string &to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
    return text;
}

static std::string escape(const std::string &text) {
    return replaced(replaced(replaced(replaced(text, "\\", "\\\\"), "\n", "\\n"), "\t", "\\t"), "\r", "\\r");
}

static std::string unescape(const std::string &text) {
    std::string plain;
    for (size_t n = 0; n < text.size(); n++) {
        char c = text[n];
        if (c == '\\' && ++n < text.size()) c = text[n] == 'n' ? '\n' : text[n] == 't' ? '\t' : text[n] == 'r' ? '\r' : text[n];
        plain += c;
    }
    return plain;
}

// The children of each type, once for filling and for showing.
template <class V> void visit(V &v, clb__CodeListItemIdentifierType &o) { v("CodeListItemIdentifier", o.CodeListItemIdentifier); }
template <class V> void visit(V &v, ams__ActiveOrganisationHeaderType &o) {
    v("OrganisationTypeIdentifier", o.OrganisationTypeIdentifier);
    v("OrganisationCode", o.OrganisationCode);
}
template <class V> void visit(V &v, rus__RequestUserStructureType &o) {
    v("UserFullName", o.UserFullName);
    v("RequestUserTypeIdentifier", o.rut__RequestUserTypeIdentifier);
    v("UserIdentifier", o.UserIdentifier);
    v("UserEmail", o.UserEmail);
}
template <class V> void visit(V &v, ros__RequestOrganisationStructureType &o) {
    v("OrganisationTypeIdentifier", o.OrganisationTypeIdentifier);
    v("OrganisationCode", o.OrganisationCode);
}
template <class V> void visit(V &v, rumh__RequestUserMetadataHeaderType &o) {
    v("RequestUserStructure", o.rus__RequestUserStructure);
    v("RequestOrganisationStructure", o.ros__RequestOrganisationStructure);
    v("RegistrationDateTime", o.RegistrationDateTime);
}
template <class V> void visit(V &v, SOAP_ENV__Header &o) {
    v("ActiveOrganisationHeader", o.ams__ActiveOrganisationHeader);
    v("RequestUserMetadataHeader", o.rumh__RequestUserMetadataHeader);
}
template <class V> void visit(V &v, fd__FaultDetailsType &o) {
    v("ErrorCode", o.ErrorCode);
    v("Message", o.Message);
    v("InnerException", o.InnerException);
    v("StackTrace", o.StackTrace);
    v("Source", o.Source);
}
template <class V> void visit(V &v, cmstr__CompanyIdentifierType &o) {
    v("ProductionUnitIdentifier", o.ProductionUnitIdentifier);
    v("CVRnumberIdentifier", o.CVRnumberIdentifier);
}
template <class V> void visit(V &v, cmstr__CitizenMessageCompanyType &o) {
    v("CompanyIdentifier", o.CompanyIdentifier);
    v("CompanyContactIdentifier", o.CompanyContactIdentifier);
}
template <class V> void visit(V &v, cmstr__CitizenMessageUserType &o) {
    v("UserTypeIdentifier", o.UserTypeIdentifier);
    v("UserIdentifier", o.UserIdentifier);
    v("FullName", o.FullName);
    v("Company", o.Company);
    v("OrganisationTypeIdentifier", o.OrganisationTypeIdentifier);
    v("OrganisationCode", o.OrganisationCode);
}
template <class V> void visit(V &v, cmstr__CitizenMessageDocumentType &o) {
    v("DocumentName", o.DocumentName);
    v("DocumentMediaType", o.DocumentMediaType);
    v("DocumentContent", o.DocumentContent);
}
template <class V> void visit(V &v, cmstr__CitizenMessageDocumentCollectionType &o) { v("CitizenMessageDocument", o.CitizenMessageDocument); }
template <class V> void visit(V &v, cmstr__CitizenMessageDocumentInformationType &o) {
    v("CitizenMessageDocumentIdentifier", o.CitizenMessageDocumentIdentifier);
    v("DocumentName", o.DocumentName);
    v("DocumentMediaType", o.DocumentMediaType);
    v("DocumentSize", o.DocumentSize);
}
template <class V> void visit(V &v, cmstr__CitizenMessageDocumentInformationCollectionType &o) {
    v("CitizenMessageDocumentInformation", o.CitizenMessageDocumentInformation);
}
template <class V> void visit(V &v, cmstr__CitizenMessageType &o) {
    v("CitizenMessageIdentifier", o.CitizenMessageIdentifier);
    v("CitizenMessageContextTypeIdentifier", o.CitizenMessageContextTypeIdentifier);
    v("FromUser", o.FromUser);
    v("ToUser", o.ToUser);
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
    v("InReplyToIdentifier", o.InReplyToIdentifier);
    v("CitizenMessageChannelTypeIdentifier", o.CitizenMessageChannelTypeIdentifier);
    v("CitizenMessageStatusTypeIdentifier", o.CitizenMessageStatusTypeIdentifier);
    v("CreatedDateTime", o.CreatedDateTime);
    v("ReadDateTime", o.ReadDateTime);
    v("ReplyAllowed", o.ReplyAllowed);
    v("ContentVisible", o.ContentVisible);
    v("MessageTitle", o.MessageTitle);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentInformationCollection", o.CitizenMessageDocumentInformationCollection);
}
template <class V> void visit(V &v, cmstr__CitizenMessageTypeCollectionType &o) { v("CitizenMessageType", o.CitizenMessageType); }
template <class V> void visit(V &v, cmstr__CitizenMessageThreadType &o) { v("CitizenMessageType", o.CitizenMessageType); }
template <class V> void visit(V &v, rcpt__ServiceReceiptType &o) {
    v("MessageIdentifier", o.MessageIdentifier);
    v("EventDate", o.EventDate);
}
template <class V> void visit(V &v, cms__CreateMessageRequestType &o) {
    v("FromUser", o.FromUser);
    v("ToUser", o.ToUser);
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageChannelTypeIdentifier", o.CitizenMessageChannelTypeIdentifier);
    v("CitizenMessageContextTypeIdentifier", o.CitizenMessageContextTypeIdentifier);
    v("ReplyAllowed", o.ReplyAllowed);
    v("MessageTitle", o.MessageTitle);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentCollection", o.CitizenMessageDocumentCollection);
}
template <class V> void visit(V &v, cms__CreateMessageResponseType &o) {
    v("ServiceReceipt", o.ServiceReceipt);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
}
template <class V> void visit(V &v, cms__CreateMessageReplyRequestType &o) {
    v("FromUser", o.FromUser);
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentCollection", o.CitizenMessageDocumentCollection);
}
template <class V> void visit(V &v, cms__CreateMessageReplyResponseType &o) { v("ServiceReceipt", o.ServiceReceipt); }
template <class V, class R> void filters(V &v, R &o) {
    v("CitizenMessageContextTypeIdentifier", o.CitizenMessageContextTypeIdentifier);
    v("CitizenMessageChannelTypeIdentifier", o.CitizenMessageChannelTypeIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
    v("FromDateTime", o.FromDateTime);
    v("ToDateTime", o.ToDateTime);
    v("UnreadOnly", o.UnreadOnly);
    v("MaxCount", o.MaxCount);
    v("ContinuationToken", o.ContinuationToken);
}
template <class V, class R> void page(V &v, R &o) {
    v("CitizenMessageTypeCollection", o.CitizenMessageTypeCollection);
    v("ContinuationToken", o.ContinuationToken);
}
template <class V> void visit(V &v, cms__GetMessagesRequestType &o) {
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    filters(v, o);
}
template <class V> void visit(V &v, cms__GetMessagesResponseType &o) { page(v, o); }
template <class V> void visit(V &v, cms__GetAuthorityMessagesRequestType &o) { filters(v, o); }
template <class V> void visit(V &v, cms__GetAuthorityMessagesResponseType &o) { page(v, o); }
template <class V> void visit(V &v, cms__GetMessageThreadRequestType &o) {
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
}
template <class V> void visit(V &v, cms__GetMessageThreadResponseType &o) { v("CitizenMessageThread", o.CitizenMessageThread); }
template <class V> void visit(V &v, cms__MarkMessageAsReadRequestType &o) {
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageIdentifier", o.CitizenMessageIdentifier);
}
template <class V> void visit(V &v, cms__MarkMessageAsReadResponseType &o) { v("ServiceReceipt", o.ServiceReceipt); }
template <class V> void visit(V &v, cms__RectifyMessageRequestType &o) {
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageIdentifier", o.CitizenMessageIdentifier);
    v("RectificationReason", o.RectificationReason);
}
template <class V> void visit(V &v, cms__RectifyMessageResponseType &o) { v("ServiceReceipt", o.ServiceReceipt); }
template <class V> void visit(V &v, cms__GetCitizenMessageDocumentRequestType &o) {
    v("PersonCivilRegistrationIdentifier", o.PersonCivilRegistrationIdentifier);
    v("CitizenMessageDocumentIdentifier", o.CitizenMessageDocumentIdentifier);
}
template <class V> void visit(V &v, cms__GetCitizenMessageDocumentResponseType &o) { v("CitizenMessageDocument", o.CitizenMessageDocument); }
template <class V> void visit(V &v, jcms__JobnetCitizenMessageType &o) {
    v("CitizenMessageIdentifier", o.CitizenMessageIdentifier);
    v("CitizenMessageContextTypeIdentifier", o.CitizenMessageContextTypeIdentifier);
    v("FromUser", o.FromUser);
    v("ToUser", o.ToUser);
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
    v("InReplyToIdentifier", o.InReplyToIdentifier);
    v("CitizenMessageChannelTypeIdentifier", o.CitizenMessageChannelTypeIdentifier);
    v("CitizenMessageStatusTypeIdentifier", o.CitizenMessageStatusTypeIdentifier);
    v("CreatedDateTime", o.CreatedDateTime);
    v("ReadDateTime", o.ReadDateTime);
    v("ReplyAllowed", o.ReplyAllowed);
    v("ContentVisible", o.ContentVisible);
    v("MessageTitle", o.MessageTitle);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentInformationCollection", o.CitizenMessageDocumentInformationCollection);
}
template <class V> void visit(V &v, jcms__JobnetCitizenMessageTypeCollectionType &o) { v("CitizenMessageType", o.CitizenMessageType); }
template <class V> void visit(V &v, jcms__JobnetCitizenMessageThreadType &o) { v("CitizenMessageType", o.CitizenMessageType); }
template <class V> void visit(V &v, jcms__CitizenMessageInfoType &o) { v("CitizenMessageTypeCollection", o.CitizenMessageTypeCollection); }
template <class V> void visit(V &v, jcms__CreateMessageRequestType &o) {
    v("FromUser", o.FromUser);
    v("ToUser", o.ToUser);
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageChannelTypeIdentifier", o.CitizenMessageChannelTypeIdentifier);
    v("CitizenMessageContextTypeIdentifier", o.CitizenMessageContextTypeIdentifier);
    v("ReplyAllowed", o.ReplyAllowed);
    v("MessageTitle", o.MessageTitle);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentCollection", o.CitizenMessageDocumentCollection);
}
template <class V> void visit(V &v, jcms__CreateMessageResponseType &o) {
    v("ServiceReceipt", o.ServiceReceipt);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
}
template <class V> void visit(V &v, jcms__CreateMessageReplyRequestType &o) {
    v("FromUser", o.FromUser);
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
    v("MessageText", o.MessageText);
    v("CitizenMessageDocumentCollection", o.CitizenMessageDocumentCollection);
}
template <class V> void visit(V &v, jcms__CreateMessageReplyResponseType &o) { v("ServiceReceipt", o.ServiceReceipt); }
template <class V> void visit(V &v, jcms__GetMessagesRequestType &o) {
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    filters(v, o);
}
template <class V> void visit(V &v, jcms__GetMessagesResponseType &o) { page(v, o); }
template <class V> void visit(V &v, jcms__GetMessageThreadRequestType &o) {
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageThreadIdentifier", o.CitizenMessageThreadIdentifier);
}
template <class V> void visit(V &v, jcms__GetMessageThreadResponseType &o) { v("CitizenMessageThread", o.CitizenMessageThread); }
template <class V> void visit(V &v, jcms__GetUnreadMessagesRequestType &o) { v("CvCustomerIdentifier", o.CvCustomerIdentifier); }
template <class V> void visit(V &v, jcms__GetUnreadMessagesResponseType &o) { v("CitizenMessageInfo", o.CitizenMessageInfo); }
template <class V> void visit(V &v, jcms__MarkMessageAsReadRequestType &o) {
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageIdentifier", o.CitizenMessageIdentifier);
}
template <class V> void visit(V &v, jcms__MarkMessageAsReadResponseType &o) { v("ServiceReceipt", o.ServiceReceipt); }
template <class V> void visit(V &v, jcms__GetCitizenMessageDocumentRequestType &o) {
    v("CvCustomerIdentifier", o.CvCustomerIdentifier);
    v("CitizenMessageDocumentIdentifier", o.CitizenMessageDocumentIdentifier);
}
template <class V> void visit(V &v, jcms__GetCitizenMessageDocumentResponseType &o) { v("CitizenMessageDocument", o.CitizenMessageDocument); }
template <class V> void visit(V &v, jcms__GetCompanyRepliesRequestType &o) {
    v("CompanyIdentifier", o.CompanyIdentifier);
    v("MaxCount", o.MaxCount);
    v("ContinuationToken", o.ContinuationToken);
}
template <class V> void visit(V &v, jcms__GetCompanyRepliesResponseType &o) { page(v, o); }
template <class V> void visit(V &v, cls__CodeListItemType &o) {
    v("CodeListItemIdentifier", o.CodeListItemIdentifier);
    v("Name", o.Name);
    v("Description", o.Description);
    v("StartDate", o.StartDate);
    v("EndDate", o.EndDate);
}
template <class V> void visit(V &v, cls__GetCodeListRequestType &o) {
    v("CodeListName", o.CodeListName);
    v("ValidOn", o.ValidOn);
}
template <class V> void visit(V &v, cls__GetCodeListResponseType &o) { v("CodeListItem", o.CodeListItem); }
template <class V> void visit(V &, cls__GetCodeListNamesRequestType &) {}
template <class V> void visit(V &v, cls__GetCodeListNamesResponseType &o) { v("CodeListName", o.CodeListName); }

#define LISTS(DO)                                                                                                                  \
    DO(CitizenMessageContextTypeIdentifier)                                                                                        \
    DO(CitizenMessageChannelTypeIdentifier)                                                                                        \
    DO(CitizenMessageUserTypeIdentifier)                                                                                           \
    DO(CitizenMessageStatusTypeIdentifier)                                                                                         \
    DO(OrganisationTypeIdentifier)                                                                                                 \
    DO(RequestUserTypeIdentifier)                                                                                                  \
    DO(InterviewTypeIdentifier)                                                                                                    \
    DO(InterviewContactTypeIdentifier)                                                                                             \
    DO(ParticipationStatusTypeIdentifier)
#define VISIT_LIST(Name)                                                                                                           \
    template <class V> void visit(V &, cls__Get##Name##CodeListRequestType &) {}                                                   \
    template <class V> void visit(V &v, cls__Get##Name##CodeListResponseType &o) { v("CodeListItem", o.CodeListItem); }
LISTS(VISIT_LIST)

// Puts leaves into an object.
class Filler {
    const Leaves &leaves;
    std::string path;

    bool below(const std::string &name) const {
        auto found = leaves.lower_bound(path + name);
        return found != leaves.end() && found->first.compare(0, path.size() + name.size(), path + name) == 0;
    }
    const std::string *text(const std::string &name) const {
        auto found = leaves.find(path + name);
        return found == leaves.end() ? nullptr : &found->second;
    }

public:
    explicit Filler(const Leaves &leaves, std::string path = "") : leaves(leaves), path(std::move(path)) {}

    void operator()(const char *name, std::string &value) { if (auto found = text(name)) value = *found; }
    void operator()(const char *name, int &value) { if (auto found = text(name)) value = std::stoi(*found); }
    void operator()(const char *name, bool &value) { if (auto found = text(name)) value = *found == "true"; }
    void operator()(const char *name, time_t &value) {
        if (auto found = text(name)) {
            std::tm parts{};
            strptime(found->c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
            value = timegm(&parts);
        }
    }
    void operator()(const char *name, char *&value) { if (auto found = text(name)) value = strdup(found->c_str()); }
    void operator()(const char *name, xsd__base64Binary &value) {
        if (auto found = text(name)) {
            std::ifstream file(*found, std::ios::binary);
            auto *bytes = new std::string(std::istreambuf_iterator<char>(file), {});
            value.__ptr = reinterpret_cast<unsigned char *>(&(*bytes)[0]);
            value.__size = static_cast<int>(bytes->size());
        }
    }
    void operator()(const char *name, std::string *&value) { leaf(name, value); }
    void operator()(const char *name, int *&value) { leaf(name, value); }
    void operator()(const char *name, bool *&value) { leaf(name, value); }
    void operator()(const char *name, time_t *&value) { leaf(name, value); }
    template <class T> void operator()(const char *name, T *&value) {
        if (!below(std::string(name) + ".")) return;
        value = new T();
        Filler inner(leaves, path + name + ".");
        visit(inner, *value);
    }
    template <class T> void operator()(const char *name, std::vector<T *> &values) {
        for (std::string member; below(member = std::string(name) + "[" + std::to_string(values.size()) + "].");) {
            values.push_back(new T());
            Filler inner(leaves, path + member);
            visit(inner, *values.back());
        }
    }
    void operator()(const char *, std::vector<std::string> &) {} // only in answers

private:
    template <class T> void leaf(const char *name, T *&value) {
        if (!text(name)) return;
        value = new T();
        (*this)(name, *value);
    }
};

// Lists the leaves of an object.
class Shower {
    Lines &lines;
    std::string path;

public:
    explicit Shower(Lines &lines, std::string path = "") : lines(lines), path(std::move(path)) {}

    void operator()(const std::string &name, const std::string &value) { lines.emplace_back(path + name, escape(value)); }
    void operator()(const std::string &name, int value) { lines.emplace_back(path + name, std::to_string(value)); }
    void operator()(const std::string &name, bool value) { lines.emplace_back(path + name, value ? "true" : "false"); }
    void operator()(const std::string &name, time_t value) {
        char text[32];
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&value));
        lines.emplace_back(path + name, text);
    }
    void operator()(const std::string &name, char *value) { if (value) lines.emplace_back(path + name, escape(value)); }
    void operator()(const std::string &name, xsd__base64Binary &value) {
        unsigned char digest[SHA256_DIGEST_LENGTH];
        SHA256(value.__ptr, static_cast<size_t>(value.__size), digest);
        std::string text = std::to_string(value.__size) + " bytes ";
        for (unsigned char byte : digest) {
            char hex[3];
            std::snprintf(hex, sizeof hex, "%02x", byte);
            text += hex;
        }
        lines.emplace_back(path + name, text);
    }
    void operator()(const std::string &name, std::string *value) { if (value) (*this)(name, *value); }
    void operator()(const std::string &name, int *value) { if (value) (*this)(name, *value); }
    void operator()(const std::string &name, bool *value) { if (value) (*this)(name, *value); }
    void operator()(const std::string &name, time_t *value) { if (value) (*this)(name, *value); }
    template <class T> void operator()(const std::string &name, T *value) {
        if (!value) return;
        Shower inner(lines, path + name + ".");
        visit(inner, *value);
    }
    template <class T> void operator()(const std::string &name, std::vector<T> &values) {
        for (size_t n = 0; n < values.size(); n++) (*this)(name + "[" + std::to_string(n) + "]", values[n]);
    }
};

struct Step {
    std::string name, path, operation;
    Leaves header, body;
    Lines keep;
    int repeat = 1;
};

static std::vector<Step> read_steps(const char *file) {
    std::vector<Step> steps;
    std::ifstream input(file);
    for (std::string line; std::getline(input, line);) {
        std::vector<std::string> words;
        std::stringstream rest(line);
        for (std::string word; std::getline(rest, word, '\t');) words.push_back(word);
        words.resize(4);
        if (words[0] == "call") steps.push_back({words[1], words[2], words[3]});
        else if (words[0] == "repeat") steps.back().repeat = std::stoi(words[1]);
        else if (words[0] == "keep") steps.back().keep.emplace_back(words[1], words[2]);
        else (words[0] == "header" ? steps.back().header : steps.back().body)[words[1]] = unescape(words[3]);
    }
    return steps;
}

class Client {
    struct soap *soap = soap_new1(SOAP_IO_KEEPALIVE | SOAP_C_UTFSTRING);
    CitizenMessageServiceBindingProxy messages{soap};
    CodeListServiceBindingProxy lists{soap};
    JobnetCitizenMessageServiceBindingProxy jobnet{soap};
    std::string base;

    template <class Proxy, class Request, class Response>
    int call(Proxy &proxy, int (Proxy::*method)(Request *, Response &), const Leaves &body, Lines &lines) {
        Request request;
        Filler filler(body);
        visit(filler, request);
        Response response;
        int error = (proxy.*method)(&request, response);
        if (!error) {
            Shower shower(lines);
            visit(shower, response);
        }
        return error;
    }

    int call(const Step &step, const Leaves &body, Lines &lines) {
#define MESSAGE(Name) \
    if (step.operation == #Name) return call(messages, &CitizenMessageServiceBindingProxy::Name, body, lines);
#define JOBNET(Name) \
    if (step.operation == #Name) return call(jobnet, &JobnetCitizenMessageServiceBindingProxy::Name, body, lines);
#define LIST(Name) \
    if (step.operation == "Get" #Name "CodeList") return call(lists, &CodeListServiceBindingProxy::Get##Name##CodeList, body, lines);
        if (step.path.find("Jobnet") != std::string::npos) {
            JOBNET(CreateMessage)
            JOBNET(CreateMessageReply)
            JOBNET(GetMessages)
            JOBNET(GetMessageThread)
            JOBNET(GetUnreadMessages)
            JOBNET(MarkMessageAsRead)
            JOBNET(GetCitizenMessageDocument)
            JOBNET(GetCompanyReplies)
        }
        MESSAGE(CreateMessage)
        MESSAGE(CreateMessageReply)
        MESSAGE(GetMessages)
        MESSAGE(GetMessageThread)
        MESSAGE(GetAuthorityMessages)
        MESSAGE(MarkMessageAsRead)
        MESSAGE(RectifyMessage)
        MESSAGE(GetCitizenMessageDocument)
        LISTS(LIST)
        if (step.operation == "GetCodeList") return call(lists, &CodeListServiceBindingProxy::GetCodeList, body, lines);
        if (step.operation == "GetCodeListNames") return call(lists, &CodeListServiceBindingProxy::GetCodeListNames, body, lines);
        lines.emplace_back("error", "no operation " + step.operation);
        return SOAP_OK;
    }

public:
    explicit Client(const char *base) : base(base) {
        soap_set_namespaces(soap, namespaces);
        if (const char *tls = std::getenv("INTEROP_TLS")) {
            std::string folder = tls;
            if (soap_ssl_client_context(soap, SOAP_SSL_DEFAULT, (folder + "/client-both.pem").c_str(), nullptr, (folder + "/ca.pem").c_str(),
                                        nullptr, nullptr)) {
                soap_print_fault(soap, stderr);
                std::exit(1);
            }
        }
    }

    Lines answer(const Step &step, const Leaves &kept) {
        auto resolved = [&](Leaves leaves) {
            for (auto &leaf : leaves) if (leaf.second[0] == '$') leaf.second = kept.at(leaf.second.substr(1));
            return leaves;
        };
        std::string endpoint = base + step.path;
        messages.soap_endpoint = lists.soap_endpoint = jobnet.soap_endpoint = endpoint.c_str();
        SOAP_ENV__Header header{};
        Leaves leaves = resolved(step.header);
        Filler filler(leaves);
        visit(filler, header);
        soap->header = &header;
        Lines lines;
        if (call(step, resolved(step.body), lines)) {
            const char *code = *soap_faultcode(soap), *text = *soap_faultstring(soap);
            if (!soap->fault || !soap->fault->detail || !soap->fault->detail->fd__FaultDetails) return {{"error", text ? text : "no fault"}};
            const char *colon = code ? std::strchr(code, ':') : nullptr;
            Shower shower(lines, "Fault.");
            shower("code", std::string(colon ? colon + 1 : ""));
            shower("text", std::string(text ? text : ""));
            visit(shower, *soap->fault->detail->fd__FaultDetails);
        }
        soap->header = nullptr;
        soap_destroy(soap);
        soap_end(soap);
        return lines;
    }
};

int main(int, char **arguments) {
    Client client(arguments[2]);
    Leaves kept;
    for (const Step &step : read_steps(arguments[1])) {
        std::cout << "= " << step.name << std::endl;
        try {
            Lines lines = client.answer(step, kept);
            for (int n = 1; n < step.repeat; n++)
                if (client.answer(step, kept) != lines) std::cout << "error\ttwo answers differ" << std::endl;
            for (const auto &line : lines) std::cout << line.first << '\t' << line.second << std::endl;
            for (const auto &keep : step.keep)
                for (const auto &line : lines)
                    if (line.first == keep.second) kept[keep.first] = unescape(line.second);
        } catch (const std::exception &error) {
            std::cout << "error\t" << escape(error.what()) << std::endl;
        }
    }
}
